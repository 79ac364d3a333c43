using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Encryption;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Layout;

/// <summary>
/// A label and preservation that were set after the backup was made. Nothing below a dated path ever changes (I3), so they are kept in an
/// object of their own elsewhere, encrypted when the backup is; a catalog that is rebuilt finds them there.
/// </summary>
internal sealed record BackupNote
{
    private const int LongestLabel = 64 * 1024;

    /// <summary>A text of the user's.</summary>
    public string? Label { get; init; }

    /// <summary>Retention leaves the backup alone until then.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>The note of a backup; null when there is none.</summary>
    /// <exception cref="BackupException">It is there, and cannot be read.</exception>
    public static async Task<BackupNote?> TryReadAsync(
        IBackupStorage storage, BackupPaths paths, BackupOpener? opener, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await SteadyObject.ReadAsync(storage, paths.Note, null, SmallObject.LargestNote, cancellationToken).ConfigureAwait(false);
            var note = OutsideJson.Read(opener?.Decrypt(bytes) ?? bytes, BackupNoteJson.Default.BackupNote);
            return note with { Label = OutsideText.Clean(note.Label, LongestLabel) };
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.NotFound)
        {
            return null;
        }
        catch (Exception failure) when (failure is JsonException or WrongPasswordOrDamagedException or StorageException { Kind: StorageErrorKind.Corrupt })
        {
            throw BackupErrors.BackupDamaged(paths.RemotePath, $"its note cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Stores the note of a backup.</summary>
    public Task WriteAsync(IBackupStorage storage, BackupPaths paths, BackupSealer? sealer, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, BackupNoteJson.Default.BackupNote);
        return storage.WriteAsync(paths.Note, ObjectContent.FromBytes(sealer?.Encrypt(bytes) ?? bytes), WriteMode.Replace, cancellationToken);
    }

    /// <summary>Removes the note of a backup.</summary>
    public static Task RemoveAsync(IBackupStorage storage, BackupPaths paths, CancellationToken cancellationToken) =>
        storage.RemoveAsync(paths.Note, cancellationToken);
}

/// <summary>How the note is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BackupNote))]
internal sealed partial class BackupNoteJson : JsonSerializerContext;
