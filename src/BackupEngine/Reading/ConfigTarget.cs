using System.Text.Json;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;

namespace CloudBackup.Reading;

/// <summary>
/// Reads the configuration that stands before all else in a backup, while the backup goes to another target: content of one app under the record
/// of another is damage, however right its hashes are.
/// </summary>
/// <param name="info">The backup's record.</param>
/// <param name="inner">Takes everything.</param>
internal sealed class ConfigTarget(BackupInfo info, IEntryTarget inner) : IEntryTarget
{
    /// <summary>The app's configuration, once it was read; null before, and for a platform's backup.</summary>
    public AppConfig? Config { get; private set; }

    private string ConfigPath => info.Type == BackupType.Box ? PlatformConfig.Path : AppConfig.Path;

    /// <inheritdoc/>
    public bool HasContent(IndexEntry entry, CancellationToken cancellationToken) => inner.HasContent(entry, cancellationToken);

    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry) => entry.Path == ConfigPath && entry.Size <= UnpackedContent.LargestConfig
        ? new ConfigFile(this, entry, inner.BeginFile(entry))
        : inner.BeginFile(entry);

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason) => inner.OnDamaged(entry, reason);

    /// <inheritdoc/>
    public void OnDoubt(string reason) => inner.OnDoubt(reason);

    /// <inheritdoc/>
    public void OnUnknown(string path) => inner.OnUnknown(path);

    private string? FindFault(ReadOnlySpan<byte> content)
    {
        try
        {
            if (info.Type == BackupType.Box)
            {
                var id = PlatformConfig.FromBytes(content).Id;
                return id == info.PlatformId ? null : $"the content belongs to the platform {id}, and the backup's record to {info.PlatformId}";
            }
            Config = AppConfig.FromBytes(content);
            return Config.Id == info.AppId && Config.Version == info.Version && string.Equals(Config.Location, info.Location, StringComparison.OrdinalIgnoreCase)
                ? null
                : $"the content belongs to the app {Config.Location} {Config.Version} (id {Config.Id}), and the backup's record to {info.Location} {info.Version} "
                    + $"(id {info.AppId}). Archive and record do not belong together: restore another backup, and find out who writes to the storage";
        }
        catch (JsonException failure)
        {
            return $"it cannot be read: {failure.Message}";
        }
    }

    private sealed class ConfigFile(ConfigTarget owner, IndexEntry entry, IFileTarget? inner) : IFileTarget
    {
        private readonly MemoryStream _content = new();

        public void Write(ReadOnlySpan<byte> data)
        {
            _content.Write(data);
            inner?.Write(data);
        }

        public void Complete()
        {
            if (owner.FindFault(_content.GetBuffer().AsSpan(0, (int)_content.Length)) is { } fault)
            {
                owner.OnDamaged(entry, fault);
            }
            inner?.Complete();
        }

        public void Dispose()
        {
            inner?.Dispose();
            _content.Dispose();
        }
    }
}
