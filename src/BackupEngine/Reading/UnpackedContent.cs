using System.Text.Json;
using CloudBackup.Addons;
using CloudBackup.FileTree;
using CloudBackup.Layout;

namespace CloudBackup.Reading;

/// <summary>What a backup consists of, when it is unpacked.</summary>
internal static class UnpackedContent
{
    /// <summary>Bytes that a configuration has at most.</summary>
    public const int LargestConfig = 64 * 1024 * 1024;

    /// <summary>The app's configuration; null when there is none.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static AppConfig? TryReadConfig(DirectoryNode root, string id)
    {
        try
        {
            using var file = root.OpenFile(AppConfig.Path);
            var bytes = new byte[Math.Min(file.Facts.Size, LargestConfig)];
            return ParseConfig(bytes.AsSpan(0, file.Read(bytes, 0)), id);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>The app's configuration from a content.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static AppConfig ParseConfig(ReadOnlySpan<byte> content, string id)
    {
        try
        {
            var config = AppConfig.FromBytes(content);
            // A configuration that another program wrote need not name any.
            foreach (var addon in (config.Addons ?? []).Concat(config.Undumped ?? []))
            {
                Check(addon);
            }
            return config;
        }
        catch (Exception failure) when (failure is JsonException or BackupException)
        {
            throw BackupErrors.BackupDamaged(id, $"its {AppConfig.Path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The platform's configuration from a content.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static PlatformConfig ParsePlatformConfig(byte[] content, string id)
    {
        try
        {
            return PlatformConfig.FromBytes(content);
        }
        catch (JsonException failure)
        {
            throw BackupErrors.BackupDamaged(id, $"its {PlatformConfig.Path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Refuses an addon that no app can have.</summary>
    private static void Check(BackupAddon? addon)
    {
        if (addon is null || !Enum.IsDefined(addon.Type))
        {
            throw new JsonException("An addon is of an unknown kind.");
        }
        AddonHandlers.For(addon.Type).Validate(addon);
    }

    /// <summary>Puts the dumps of databases to their places, and warns of those that a Partial backup does not hold.</summary>
    public static void Assemble(AppConfig? config, DirectoryNode root, IOperationObserver observer)
    {
        foreach (var addon in config?.DumpedAddons ?? [])
        {
            AddonHandlers.For(addon.Type).Assemble(addon, root);
        }
        foreach (var addon in config?.Undumped ?? [])
        {
            observer.OnWarning($"The addon {addon} is not restored: the backup is Partial and does not hold it.");
        }
    }
}
