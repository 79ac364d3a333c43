using System.Collections.Concurrent;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Reading;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Takes the secrets of a platform backup into memory, and leaves everything else to another target: decrypted keys are on no disk before it
/// is decided that they are kept.
/// </summary>
/// <param name="id">The backup, for messages.</param>
internal sealed class SecretsTarget(string id) : IDisposable
{
    private readonly string _id = id;
    private readonly ConcurrentDictionary<string, byte[]> _found = new(StringComparer.Ordinal);

    /// <summary>The secrets, by name.</summary>
    public IReadOnlyDictionary<string, byte[]> Found => _found;

    /// <summary>This target for the secrets, and another for the rest.</summary>
    public IEntryTarget Before(IEntryTarget rest) => new Splitter(this, rest);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var secret in _found.Values)
        {
            CryptographicOperations.ZeroMemory(secret);
        }
        _found.Clear();
    }

    private SecretFile Begin(IndexEntry entry) => SecretRules.FindFault(entry) is { } fault
        ? throw BackupErrors.BackupHostile(_id, entry.Path, fault)
        : new SecretFile(this, SecretRules.NameOf(entry), (int)entry.Size);

    private sealed class Splitter(SecretsTarget secrets, IEntryTarget rest) : IEntryTarget
    {
        public IFileTarget? BeginFile(IndexEntry entry) => SecretRules.IsSecret(entry) ? secrets.Begin(entry) : rest.BeginFile(entry);

        public void OnDamaged(IndexEntry entry, string reason)
        {
            if (SecretRules.IsSecret(entry))
            {
                throw BackupErrors.BackupDamaged(secrets._id, $"'{PathText.ForDisplay(entry.Path)}': {reason}.");
            }
            rest.OnDamaged(entry, reason);
        }

        public void OnDoubt(string reason) => rest.OnDoubt(reason);
    }

    private sealed class SecretFile(SecretsTarget secrets, string name, int size) : IFileTarget
    {
        private readonly MemoryStream _content = new(new byte[size], 0, size, writable: true, publiclyVisible: true);

        public void Write(ReadOnlySpan<byte> data) => _content.Write(data);

        public void Complete() => secrets._found[name] = _content.ToArray();

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(_content.GetBuffer());
            _content.Dispose();
        }
    }
}
