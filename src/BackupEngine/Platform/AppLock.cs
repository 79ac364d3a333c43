using CloudBackup.Catalog;
using CloudBackup.Retention;

namespace CloudBackup.Platform;

/// <summary>One operation on an app at a time; the lock dies with its process.</summary>
internal static class AppLock
{
    /// <summary>Takes the app's lock.</summary>
    /// <exception cref="BackupException">Another process has it.</exception>
    public static IDisposable Take(EngineContext context, BackupApp app, string operation) =>
        TryTake(context, app.Id, operation, out var owner) ?? throw BackupErrors.AppBusy(app.Location, owner);

    /// <summary>Takes the lock of an app whose row in the catalog cannot be read; null when not even its id can.</summary>
    /// <exception cref="BackupException">Another process has it.</exception>
    public static PlatformLock? Take(EngineContext context, UnreadableRow row, string operation) => row.AppId is not { } appId
        ? null
        : TryTake(context, appId, operation, out var owner) ?? throw BackupErrors.AppBusy(row.Name, owner);

    /// <summary>Takes the lock of a backup's owner: an app's, or the platform's; null when another process has it.</summary>
    public static PlatformLock? TryTake(EngineContext context, BackupOwner backups, string operation, out string owner) => backups.AppId is { } appId
        ? TryTake(context, appId, operation, out owner)
        : PlatformLock.TryTake(context.Home, "platform", operation, context.Time, out owner);

    /// <summary>Takes the lock of an app; null when another process has it.</summary>
    public static PlatformLock? TryTake(EngineContext context, Guid appId, string operation, out string owner) =>
        PlatformLock.TryTake(context.Home, $"app-{appId:D}", operation, context.Time, out owner);
}
