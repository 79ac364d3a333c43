using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Encryption;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>
/// What a snapshot's storage says of the snapshot, in an object beside it. It is written before anything of the snapshot changes, with a new
/// token, and once more when the change is complete. What this machine remembers of a snapshot counts only as long as both have the same
/// token: a restored machine, or a second one, must not believe what it remembers of objects that another machine has replaced since.
/// </summary>
internal sealed record SnapshotState
{
    private const int CurrentVersion = 1;

    /// <summary>The version of this object.</summary>
    [JsonPropertyName("cloudbackupSnapshot")]
    public int StateVersion { get; init; } = CurrentVersion;

    /// <summary>Names the change that the snapshot saw last.</summary>
    public required string Token { get; init; }

    /// <summary>False while it changes, and after a change that did not come to its end.</summary>
    public bool IsComplete { get; init; }

    /// <summary>
    /// Paths, lengths and hashes of all objects, as <see cref="SetFingerprint"/>; null while it changes. The index of a backup that has the
    /// same fingerprint says what is in the snapshot.
    /// </summary>
    public string? Content { get; init; }

    /// <summary>Reads the state; null when there is none that can be read.</summary>
    public static async Task<SnapshotState?> TryReadAsync(
        IBackupStorage storage, string path, BackupOpener? opener, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await SmallObject.ReadAsync(storage, path, cancellationToken, SmallObject.LargestNote).ConfigureAwait(false);
            var state = OutsideJson.Read(opener?.Decrypt(bytes) ?? bytes, SnapshotStateJson.Default.SnapshotState);
            return state is { StateVersion: CurrentVersion } ? state : null;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt)
        {
            return null;
        }
        catch (Exception failure) when (failure is JsonException or WrongPasswordOrDamagedException)
        {
            return null;
        }
    }

    /// <summary>Stores the state.</summary>
    public Task WriteAsync(IBackupStorage storage, string path, BackupSealer? sealer, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, SnapshotStateJson.Default.SnapshotState);
        return storage.WriteAsync(path, ObjectContent.FromBytes(sealer?.Encrypt(bytes) ?? bytes), WriteMode.Replace, cancellationToken);
    }
}

/// <summary>How the state is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotState))]
internal sealed partial class SnapshotStateJson : JsonSerializerContext;
