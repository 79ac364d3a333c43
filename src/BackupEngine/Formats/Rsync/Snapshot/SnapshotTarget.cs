using System.Buffers;
using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Formats.Objects;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>The folder of a storage whose objects a run brings up to date: a snapshot, or the backup itself where there can be none.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Root">The folder.</param>
/// <param name="Sealer">Encrypts the objects; null when they are stored as they are.</param>
/// <param name="Opener">Decrypts them; null where that is not needed, or not possible.</param>
internal sealed record SnapshotTarget(IBackupStorage Storage, string Root, BackupSealer? Sealer, BackupOpener? Opener)
{
    private const int BufferLength = 128 * 1024;

    /// <summary>A translation of names, for one thread.</summary>
    public ObjectNames NewNames() => new(Sealer);

    /// <summary>Stores an object in place of the one of its name; durable with the next flush at the latest.</summary>
    /// <param name="objectPath">Its path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="isNew">
    /// Whether there was none of its name. Of a new one a run that is killed may leave a part: the next run knows nothing of it but what the
    /// listing shows, and reads it back.
    /// </param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task WriteAsync(string objectPath, ObjectContent content, bool isNew, CancellationToken cancellationToken) =>
        Storage.WriteAsync(PathOf(objectPath), content, isNew ? WriteMode.NewLater : WriteMode.ReplaceLater, cancellationToken);

    /// <summary>Removes an object; a missing one is no error.</summary>
    public Task RemoveAsync(string objectPath, CancellationToken cancellationToken) =>
        Storage.RemoveAsync(PathOf(objectPath), cancellationToken);

    /// <summary>Where an object is.</summary>
    public string PathOf(string objectPath) => $"{Root}/{objectPath}";

    /// <summary>Reads an object back and returns the hash of its content; null when it is missing, or cannot be decrypted.</summary>
    public async Task<byte[]?> HashAsync(string objectPath, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var stored = await Storage.OpenReadAsync(PathOf(objectPath), 0, null, cancellationToken).ConfigureAwait(false);
            var content = Opener?.Decrypt(stored) ?? stored;
            await using var _ = content.ConfigureAwait(false);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
            }
            return hash.GetHashAndReset();
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt)
        {
            return null;
        }
        catch (WrongPasswordOrDamagedException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
