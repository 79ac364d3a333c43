using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Encryption;

namespace CloudBackup.Platform;

/// <summary>
/// The keys of a platform: those that its sites encrypt with, and those that its older backups need. They are kept, the passwords never.
/// Thread-safe; keys that it hands out are its own, and live as long as it does.
/// </summary>
internal sealed class KeyRing(SecretStore secrets) : IDisposable
{
    private const string Prefix = "key-";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, BackupKeys> _opened = new(StringComparer.Ordinal);

    /// <summary>The ids of all keys that are kept.</summary>
    public IReadOnlyList<string> Ids => [.. secrets.List(Prefix).Select(name => name[Prefix.Length..])];

    /// <summary>Whether a secret of this name holds keys.</summary>
    public static bool IsKey(string secretName) => secretName.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The keys in a secret's content.</summary>
    /// <exception cref="BackupException">It holds none.</exception>
    public static BackupKeys Parse(string secretName, byte[] content)
    {
        try
        {
            return BackupKeys.FromBytes(JsonSerializer.Deserialize(content, KeyJson.Default.KeyDocument)!.Keys);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw BackupErrors.KeyUnreadable(secretName[Prefix.Length..], failure);
        }
    }

    /// <summary>The keys of an id; null when this platform does not have them.</summary>
    public BackupKeys? Find(string id)
    {
        lock (_lock)
        {
            if (_opened.TryGetValue(id, out var known))
            {
                return known;
            }
            if (Read(id) is not { } document)
            {
                return null;
            }
            var keys = BackupKeys.FromBytes(document.Keys);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(document.Keys);
            return _opened[id] = keys;
        }
    }

    /// <summary>All keys, those of an id first: what a site encrypts with is the likeliest to open what lies there.</summary>
    public IEnumerable<BackupKeys> ListFrom(string? first) => Ids.OrderByDescending(id => id == first).Select(Find).OfType<BackupKeys>();

    /// <summary>The keys of an id.</summary>
    /// <exception cref="BackupException">This platform does not have them.</exception>
    public BackupKeys Get(string id) => Find(id) ?? throw BackupErrors.KeyMissing(id);

    /// <summary>Keeps keys, durably; those that are kept already stay as they are.</summary>
    public void Add(BackupKeys keys)
    {
        lock (_lock)
        {
            if (Read(keys.Id) is null)
            {
                Write(keys.Id, new KeyDocument(keys.ToBytes(), IsRetained: false));
            }
        }
    }

    /// <summary>Whether keys are kept even when no record needs them.</summary>
    public bool IsRetained(string id)
    {
        lock (_lock)
        {
            return Read(id) is { IsRetained: true };
        }
    }

    /// <summary>
    /// Keeps keys even when no record needs them: backups of a site that was forgotten, or that a storage did not show, do, and may be found again.
    /// </summary>
    public void Retain(string id)
    {
        lock (_lock)
        {
            if (Read(id) is { IsRetained: false } document)
            {
                Write(id, document with { IsRetained = true });
            }
        }
    }

    /// <summary>Forgets keys, unless they are retained; true when they are gone.</summary>
    public bool TryRemove(string id)
    {
        lock (_lock)
        {
            if (Read(id) is not { IsRetained: false })
            {
                return false;
            }
            secrets.Remove(Prefix + id);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var keys in _opened.Values)
            {
                keys.Dispose();
            }
            _opened.Clear();
        }
    }

    private KeyDocument? Read(string id)
    {
        if (id.Length != BackupKeys.IdLength || !id.All(char.IsAsciiHexDigitLower) || secrets.Read(Prefix + id) is not { } bytes)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(bytes, KeyJson.Default.KeyDocument);
        }
        catch (JsonException failure)
        {
            throw BackupErrors.KeyUnreadable(id, failure);
        }
    }

    private void Write(string id, KeyDocument document) =>
        secrets.Write(Prefix + id, JsonSerializer.SerializeToUtf8Bytes(document, KeyJson.Default.KeyDocument));
}

/// <summary>Keys as they are kept.</summary>
/// <param name="Keys">All four; base64 in JSON.</param>
/// <param name="IsRetained">Whether they stay although nothing here needs them.</param>
internal sealed record KeyDocument(byte[] Keys, [property: JsonPropertyName("retained")] bool IsRetained);

/// <summary>How keys are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeyDocument))]
internal sealed partial class KeyJson : JsonSerializerContext;
