using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Lists the objects of a bucket, page by page, by either version of the request.</summary>
internal sealed class S3Listing
{
    private readonly S3Bucket _bucket;
    private readonly ListedNames _names;

    /// <summary>Creates the listing; nothing is sent yet.</summary>
    public S3Listing(S3Bucket bucket)
    {
        _bucket = bucket;
        _names = new ListedNames(HasAsync);
    }

    /// <summary>The objects below a folder, as <see cref="IBackupStorage.ListAsync"/> says.</summary>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = folder.Length == 0 ? "" : StoragePath.Check(folder) + "/";
        string? next = null;
        var lastFolder = "";
        var progress = new ListProgress(recursive ? ListProgress.MostOfTree : ListProgress.MostOfLevel);
        do
        {
            var page = await ListPageAsync(prefix, recursive, next, cancellationToken).ConfigureAwait(false);
            var names = page.Items.ConvertAll(item => item.IsFolder ? item.Path + "/" : item.Path);
            if (progress.Add(names, page.Next, page.IsLast, mayShare: lastFolder + "/") is { } fault)
            {
                throw _bucket.Errors.BadAnswer(prefix.TrimEnd('/'), fault).OfOneRequest();
            }
            _bucket.LogLongList(prefix, progress.Pages);
            foreach (var item in page.Items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!item.IsFolder || item.Path != lastFolder) // a page may begin with the folder that the last one ended with
                {
                    yield return item;
                }
                lastFolder = item.IsFolder ? item.Path : lastFolder;
            }
            next = page.IsLast ? null : page.Next;
        }
        while (next is not null);
    }

    private Task<ListPage> ListPageAsync(string prefix, bool recursive, string? next, CancellationToken cancellationToken)
    {
        var delimiter = recursive ? null : "/";
        var encoding = _bucket.Profile.EncodesListings ? EncodingType.Url : null;
        var one = new ListObjectsRequest { BucketName = _bucket.Name, Prefix = prefix, Delimiter = delimiter, Encoding = encoding, Marker = next, MaxKeys = _bucket.Context.ListLength };
        var two = new ListObjectsV2Request
        {
            BucketName = _bucket.Name,
            Prefix = prefix,
            Delimiter = delimiter,
            Encoding = encoding,
            ContinuationToken = next,
            MaxKeys = _bucket.Context.ListLength,
        };
        return _bucket.Gate.RunAsync(
            _bucket.Gate.Downloads,
            prefix.TrimEnd('/'),
            token => _bucket.Answers.AskAsync(stop => _bucket.Profile.ListVersion == 1 ? ListOneAsync(one, stop) : ListTwoAsync(two, stop), token),
            cancellationToken);
    }

    private async Task<ListPage> ListTwoAsync(ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        var answer = await _bucket.Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        var page = new RawPage(answer.S3Objects ?? [], answer.CommonPrefixes ?? [], answer.Encoding is not null, request.Prefix ?? "");
        return new ListPage(await ItemsAsync(page, cancellationToken).ConfigureAwait(false), answer.NextContinuationToken, answer.IsTruncated != true);
    }

    private async Task<ListPage> ListOneAsync(ListObjectsRequest request, CancellationToken cancellationToken)
    {
        var answer = await _bucket.Client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
        var page = new RawPage(answer.S3Objects ?? [], answer.CommonPrefixes ?? [], answer.Encoding is not null, request.Prefix ?? "");
        var items = await ItemsAsync(page, cancellationToken).ConfigureAwait(false);
        // The marker is the last key; only after folders need stores tell it, and some of them encode it like the keys.
        var last = request.Delimiter is null && page.Objects.Count > 0 ? page.LastKey : answer.NextMarker;
        return new ListPage(items, last, answer.IsTruncated != true);
    }

    private async Task<List<StoredObject>> ItemsAsync(RawPage page, CancellationToken cancellationToken)
    {
        var written = page.Objects.Select(item => item.Key).Concat(page.Folders).Select(name => AnswerText.Restore(name ?? "")).ToList();
        var names = page.IsEncoded ? await _names.DecodeAsync(written, cancellationToken).ConfigureAwait(false) : written;
        page.LastKey = page.Objects.Count > 0 ? names[page.Objects.Count - 1] : null;
        var items = new List<StoredObject>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var item = i < page.Objects.Count ? page.Objects[i] : null;
            if (!names[i].StartsWith(page.Prefix, StringComparison.Ordinal) || (item is null && !names[i].EndsWith('/')) || item is { Size: null or < 0 })
            {
                throw _bucket.Errors.BadAnswer(page.Prefix.TrimEnd('/'), $"its list of '{page.Prefix}' holds '{AnswerText.Words(names[i])}', or tells no size of it");
            }
            var path = item is null ? names[i][..^1] : names[i];
            // Other programs' folder markers (keys that end with a slash) and keys that no path of ours can name are nothing to us.
            if (StoragePath.IsValid(path))
            {
                items.Add(item is null ? new StoredObject(path, 0, null, IsFolder: true) : new StoredObject(path, item.Size!.Value, S3Bucket.TimeOf(item.LastModified)));
            }
        }
        return items;
    }

    /// <summary>Whether the bucket has anything whose path begins so: the name is the question's, so no list need be read.</summary>
    private async Task<bool> HasAsync(string start, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket.Name, Prefix = start, MaxKeys = 1, Encoding = EncodingType.Url };
        var answer = await _bucket.Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        return answer.S3Objects is { Count: > 0 };
    }

    private sealed record ListPage(List<StoredObject> Items, string? Next, bool IsLast);

    /// <summary>A page as the store has written it.</summary>
    private sealed record RawPage(List<S3Object> Objects, List<string> Folders, bool IsEncoded, string Prefix)
    {
        public string? LastKey { get; set; }
    }
}
