using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <summary>A list is mentioned in the log each time that it has taken so many pages more.</summary>
    private const int PagesPerMention = 500;

    /// <summary>What an answer may take that the store has at hand.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    /// <summary>What an answer may take that the store has to work for: putting parts together, copying. A first try waits for less.</summary>
    private static readonly TimeSpan WorkLimit = TimeSpan.FromMinutes(10);

    private Task<ListPage> ListPageAsync(string prefix, bool recursive, string? next, CancellationToken cancellationToken)
    {
        var delimiter = recursive ? null : "/";
        var encoding = _profile.EncodesListings ? EncodingType.Url : null;
        var one = new ListObjectsRequest { BucketName = _place.Bucket, Prefix = prefix, Delimiter = delimiter, Encoding = encoding, Marker = next, MaxKeys = _context.ListLength };
        var two = new ListObjectsV2Request
        {
            BucketName = _place.Bucket,
            Prefix = prefix,
            Delimiter = delimiter,
            Encoding = encoding,
            ContinuationToken = next,
            MaxKeys = _context.ListLength,
        };
        return _gate.RunAsync(
            _gate.Downloads,
            prefix.TrimEnd('/'),
            token => SendAsync(stop => _profile.ListVersion == 1 ? ListOneAsync(one, stop) : ListTwoAsync(two, stop), AnswerLimit, token),
            cancellationToken);
    }

    private void LogLongList(string prefix, int pages)
    {
        if (pages % PagesPerMention == 0)
        {
            _context.Log($"The list of '{prefix}' at {_place.Host} goes on after {pages} pages.");
        }
    }

    private async Task<ListPage> ListTwoAsync(ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        var answer = await Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        var page = new RawPage(answer.S3Objects ?? [], answer.CommonPrefixes ?? [], answer.Encoding is not null, request.Prefix ?? "");
        return new ListPage(await ItemsAsync(page, cancellationToken).ConfigureAwait(false), answer.NextContinuationToken, answer.IsTruncated != true);
    }

    private async Task<ListPage> ListOneAsync(ListObjectsRequest request, CancellationToken cancellationToken)
    {
        var answer = await Client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
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
                throw _errors.BadAnswer(page.Prefix.TrimEnd('/'), $"its list of '{page.Prefix}' holds '{AnswerText.Words(names[i])}', or tells no size of it");
            }
            var path = item is null ? names[i][..^1] : names[i];
            if (IsOurKindOfPath(path))
            {
                items.Add(item is null ? new StoredObject(path, 0, null, IsFolder: true) : new StoredObject(path, item.Size!.Value, ToOffset(item.LastModified)));
            }
        }
        return items;
    }

    /// <summary>Whether the bucket has anything whose path begins so: the name is the question's, so no list need be read.</summary>
    private async Task<bool> HasAsync(string start, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _place.Bucket, Prefix = start, MaxKeys = 1, Encoding = EncodingType.Url };
        var answer = await Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        return answer.S3Objects is { Count: > 0 };
    }

    /// <summary>Other programs' folder markers (keys that end with a slash) and keys that no path of ours can name are nothing to us.</summary>
    private static bool IsOurKindOfPath(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or "..")
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Sends one request that the store has to work for.</summary>
    private Task<T> SendWorkAsync<T>(Func<CancellationToken, Task<T>> send, SilenceClock clock, CancellationToken cancellationToken) =>
        SendAsync(send, clock.Patience(WorkLimit), cancellationToken);

    /// <summary>Sends one request and waits for its answer so long at most.</summary>
    private async Task<T> SendAsync<T>(Func<CancellationToken, Task<T>> send, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(atMost, _context.Time, cancellationToken);
        return await StallAsTransientAsync(() => send(watch.Token), watch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A transfer that the watch has ended failed for a reason that may pass.</summary>
    private async Task<T> StallAsTransientAsync<T>(Func<Task<T>> transfer, IdleWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            return await transfer().ConfigureAwait(false);
        }
        catch (Exception failure) when (watch.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageException(StorageErrorKind.Transient, "", $"{_place.Host} has gone silent.", failure);
        }
    }

    private sealed record ListPage(List<StoredObject> Items, string? Next, bool IsLast);

    /// <summary>A page as the store has written it.</summary>
    private sealed record RawPage(List<S3Object> Objects, List<string> Folders, bool IsEncoded, string Prefix)
    {
        public string? LastKey { get; set; }
    }
}
