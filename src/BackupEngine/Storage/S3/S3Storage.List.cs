using Amazon.S3;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <summary>What an answer may take that the store has at hand.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    /// <summary>What an answer may take that the store has to work for: putting parts together, copying.</summary>
    private static readonly TimeSpan WorkLimit = TimeSpan.FromMinutes(10);

    private Task<ListPage> ListPageAsync(string prefix, bool recursive, string? next, CancellationToken cancellationToken)
    {
        var delimiter = recursive ? null : "/";
        var encoding = _profile.EncodesListings ? EncodingType.Url : null;
        var one = new ListObjectsRequest { BucketName = _place.Bucket, Prefix = prefix, Delimiter = delimiter, Encoding = encoding, Marker = next };
        var two = new ListObjectsV2Request
        {
            BucketName = _place.Bucket,
            Prefix = prefix,
            Delimiter = delimiter,
            Encoding = encoding,
            ContinuationToken = next,
        };
        return _gate.RunAsync(
            _gate.Downloads,
            prefix.TrimEnd('/'),
            token => SendAsync(stop => _profile.ListVersion == 1 ? ListOneAsync(one, stop) : ListTwoAsync(two, stop), AnswerLimit, token),
            cancellationToken);
    }

    private async Task<ListPage> ListTwoAsync(ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        var answer = await Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        var items = Items(answer.S3Objects, answer.CommonPrefixes, answer.Encoding is not null);
        return answer.IsTruncated == true ? new ListPage(items, Continue(answer.NextContinuationToken, request.ContinuationToken)) : new ListPage(items, null);
    }

    private async Task<ListPage> ListOneAsync(ListObjectsRequest request, CancellationToken cancellationToken)
    {
        var answer = await Client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
        var isEncoded = answer.Encoding is not null;
        var items = Items(answer.S3Objects, answer.CommonPrefixes, isEncoded);
        if (answer.IsTruncated != true)
        {
            return new ListPage(items, null);
        }
        // The marker is the last key; only after folders need stores tell it, and some of them encode it like the keys.
        var last = request.Delimiter is null && answer.S3Objects is { Count: > 0 } keys ? Decode(keys[^1].Key, isEncoded) : answer.NextMarker;
        return new ListPage(items, Continue(last, request.Marker));
    }

    private string Continue(string? next, string? last) => string.IsNullOrEmpty(next) || next == last
        ? throw _errors.BadAnswer("", "the list goes on, but it does not say where")
        : next;

    private static List<StoredObject> Items(List<S3Object>? objects, List<string>? folders, bool isEncoded)
    {
        var items = new List<StoredObject>((objects?.Count ?? 0) + (folders?.Count ?? 0));
        foreach (var item in objects ?? [])
        {
            var path = Decode(item.Key, isEncoded);
            if (IsOurKindOfPath(path))
            {
                items.Add(new StoredObject(path, item.Size ?? 0, ToOffset(item.LastModified)));
            }
        }
        foreach (var folder in folders ?? [])
        {
            var path = Decode(folder, isEncoded)[..^1];
            if (IsOurKindOfPath(path))
            {
                items.Add(new StoredObject(path, 0, null, IsFolder: true));
            }
        }
        return items;
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

    /// <summary>Stores write a blank as plus or as %20 here, and a plus as %2B.</summary>
    private static string Decode(string key, bool isEncoded) => isEncoded ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;

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

    private sealed record ListPage(List<StoredObject> Items, string? Next);
}
