using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// Reads a backup back, many objects at a time. The index says what there is; every content is hashed and compared with it. What the target
/// has already is not fetched.
/// </summary>
internal sealed class RsyncReader(FormatReadRequest request, IEntryTarget target)
{
    /// <summary>What is told of an entry whose object is not there.</summary>
    public const string MissingObject = "its object is missing";

    /// <summary>Contents up to this length are checked before the target gets any of them.</summary>
    private const int SmallFile = 1024 * 1024;

    private readonly ConcurrentBag<ObjectNames> _names = [];
    private readonly BufferBudget _memory = new(MemoryBudget.OfFormat(request.Limits, request.Storage.Capabilities));

    /// <summary>Reads everything that is wanted.</summary>
    public static Task RunAsync(FormatReadRequest request, IEntryTarget target, CancellationToken cancellationToken)
    {
        var reader = new RsyncReader(request, target);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = request.Limits.DownloadConcurrency ?? request.Storage.Capabilities.DownloadConcurrency,
            CancellationToken = cancellationToken,
        };
        return Parallel.ForEachAsync(reader.Files(), options, reader.ReadAsync);
    }

    private IEnumerable<IndexEntry> Files()
    {
        foreach (var entry in request.Entries.Where(entry => request.IsWanted?.Invoke(entry) ?? true))
        {
            if (entry.Kind == EntryKind.File)
            {
                yield return entry;
            }
            else
            {
                request.Counters.AddEntries(1);
            }
        }
    }

    private async ValueTask ReadAsync(IndexEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (target.HasContent(entry, cancellationToken))
            {
                request.Counters.AddSourceBytes(entry.Size);
            }
            else
            {
                await FetchAsync(entry, cancellationToken).ConfigureAwait(false);
            }
            request.Counters.AddEntries(1);
        }
        catch (StorageException failure) when (IsDamage(failure))
        {
            target.OnDamaged(entry, failure.Kind == StorageErrorKind.NotFound ? MissingObject : failure.Message);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            target.OnDamaged(entry, failure.Message);
        }
    }

    private static bool IsDamage(StorageException failure) => failure.Path.Length > 0
        && failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt or StorageErrorKind.InvalidRange;

    private async Task FetchAsync(IndexEntry entry, CancellationToken cancellationToken)
    {
        var names = _names.TryTake(out var idle) ? idle : new ObjectNames(request.Opener);
        var path = $"{request.Info.RemotePath}/{names.ObjectOf(entry.Path)}";
        // As many at a time as fit in memory (I10); one byte more than there should be, since a longer object is a wrong one.
        var length = names.StoredSize(entry.Size) + 1;
        _names.Add(names);
        using var share = await _memory.TakeAsync(2 * Math.Min(length, SmallFile), cancellationToken).ConfigureAwait(false);
        var stored = await request.Storage.OpenReadAsync(path, 0, length, cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(entry.Size + 1, SmallFile));
        try
        {
            if (entry.Size < SmallFile)
            {
                await ReadSmallAsync(entry, stored, buffer.AsMemory(0, (int)entry.Size + 1), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ReadLargeAsync(entry, stored, buffer, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await stored.DisposeAsync().ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ReadSmallAsync(IndexEntry entry, Stream stored, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int length;
        if (request.Opener is { } opener)
        {
            // Short ones are decrypted at once, after their HMAC is right.
            var encrypted = new byte[opener.StoredLength(entry.Size) + 1];
            var count = await stored.ReadAtLeastAsync(encrypted, encrypted.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var plain = opener.Decrypt(encrypted.AsSpan(0, count));
            length = Math.Min(plain.Length, buffer.Length);
            plain.AsSpan(0, length).CopyTo(buffer.Span);
        }
        else
        {
            length = await stored.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        var content = buffer[..length];
        if (length != entry.Size || !SHA256.HashData(content.Span).AsSpan().SequenceEqual(entry.Sha256))
        {
            target.OnDamaged(entry, "its content does not have the hash that the index says");
            return;
        }
        using (var file = Begin(entry))
        {
            file?.Write(content.Span);
            file?.Complete();
        }
        request.Counters.AddSourceBytes(length);
    }

    private async Task ReadLargeAsync(IndexEntry entry, Stream stored, byte[] buffer, CancellationToken cancellationToken)
    {
        var content = request.Opener?.Decrypt(stored) ?? stored;
        await using var _ = content.ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = Begin(entry);
        long length = 0;
        while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count && length <= entry.Size)
        {
            hash.AppendData(buffer, 0, count);
            file?.Write(buffer.AsSpan(0, (int)Math.Min(count, entry.Size - length)));
            length += count;
            request.Counters.AddSourceBytes(count);
        }
        if (length != entry.Size || !hash.GetHashAndReset().AsSpan().SequenceEqual(entry.Sha256))
        {
            target.OnDamaged(entry, "its content does not have the hash that the index says");
            return;
        }
        file?.Complete();
    }

    /// <summary>What <c>fsmetadata.json</c> says stands in the index too: it is checked, and given only to who asks for it.</summary>
    private IFileTarget? Begin(IndexEntry entry) =>
        entry.Path == FsMetadataWriter.Path && request.IsWanted is null ? null : target.BeginFile(entry);
}
