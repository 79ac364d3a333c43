using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Encryption;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Layout;

/// <summary>
/// Key check values in a site's storage, <c>keys/&lt;key id&gt;.json</c>: they say which keys backups there were made with, so that a
/// wrong password is told when it is given, not when a backup is needed. A key id gives no more away than any encrypted object does.
/// </summary>
internal static class KeyCheck
{
    private const string Folder = "keys";
    private const string Extension = ".json";

    /// <summary>Makes sure that a password given for a storage is one that was used there before, if any was, and notes it there.</summary>
    /// <param name="site">The site, for messages.</param>
    /// <param name="storage">Its storage.</param>
    /// <param name="keys">The keys of the password.</param>
    /// <param name="isNew">True when the password is meant to replace an earlier one, so that it may differ.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="observer">Is warned of a password that was replaced since.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="BackupException">Other passwords were used there, and this one never.</exception>
    public static async Task EnsureAsync(
        string site,
        IBackupStorage storage,
        BackupKeys keys,
        bool isNew,
        DateTimeOffset now,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        var known = await ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        var own = known.Find(value => value.KeyId == keys.Id);
        if (own is null)
        {
            if (known.Count > 0 && !isNew)
            {
                throw BackupErrors.WrongPassword(site);
            }
            await WriteAsync(storage, new KeyCheckValue { KeyId = keys.Id, Created = now }, cancellationToken).ConfigureAwait(false);
        }
        else if (known.Exists(value => value.Created > own.Created) && !isNew)
        {
            observer.OnWarning(
                $"The password given for the site {site} was replaced by a newer one since {own.Created:u}: backups made after that need the "
                + "newer password. Give it to Sync-BackupCatalog -Password, or make it the site's with Set-BackupSite -Password.");
        }
        else if (isNew)
        {
            await WriteAsync(storage, own with { Created = now }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a key check value; the last backup that needed the key is gone.</summary>
    public static Task RemoveAsync(IBackupStorage storage, string keyId, CancellationToken cancellationToken) =>
        storage.RemoveAsync(PathOf(keyId), cancellationToken);

    private static async Task<List<KeyCheckValue>> ReadAsync(IBackupStorage storage, CancellationToken cancellationToken)
    {
        var values = new List<KeyCheckValue>();
        await foreach (var item in storage.ListAsync(Folder, recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (!item.IsFolder && item.Name.EndsWith(Extension, StringComparison.Ordinal)
                && await TryReadAsync(storage, item.Path, cancellationToken).ConfigureAwait(false) is { } value
                && item.Path == PathOf(value.KeyId))
            {
                values.Add(value);
            }
        }
        return values;
    }

    private static async Task<KeyCheckValue?> TryReadAsync(IBackupStorage storage, string path, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await SmallObject.ReadAsync(storage, path, cancellationToken, SmallObject.LargestNote).ConfigureAwait(false);
            return OutsideJson.Read(bytes, KeyCheckJson.Default.KeyCheckValue);
        }
        catch (Exception failure) when (failure is JsonException or StorageException { Kind: StorageErrorKind.Corrupt })
        {
            return null; // CloudBackup did not write it
        }
    }

    private static Task<long> WriteAsync(IBackupStorage storage, KeyCheckValue value, CancellationToken cancellationToken) => storage.WriteAsync(
        PathOf(value.KeyId),
        ObjectContent.FromBytes(JsonSerializer.SerializeToUtf8Bytes(value, KeyCheckJson.Default.KeyCheckValue)),
        WriteMode.Replace,
        cancellationToken);

    private static string PathOf(string keyId) => $"{Folder}/{keyId}{Extension}";
}

/// <summary>One password's mark in a storage.</summary>
internal sealed record KeyCheckValue
{
    /// <summary>The version of this record.</summary>
    [JsonPropertyName("cloudbackupKey")]
    public int Version { get; init; } = 1;

    /// <summary>Names the keys.</summary>
    public required string KeyId { get; init; }

    /// <summary>When a site began to use them.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>How the mark is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeyCheckValue))]
internal sealed partial class KeyCheckJson : JsonSerializerContext;
