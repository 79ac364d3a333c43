using CloudBackup.Clone;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;

namespace CloudBackup.Import;

/// <summary>Looks at what an import would bring, before you agree to it. Only reads.</summary>
internal sealed class ImportLook(EngineContext context, SiteStorage storages, IOperationObserver observer)
{
    /// <summary>Looks.</summary>
    /// <exception cref="BackupException">The backup cannot be read.</exception>
    public async Task<AppImportPreview> RunAsync(AppImportOptions options, CancellationToken cancellationToken)
    {
        if (options.Path is not { } path)
        {
            using var source = RestoreSite.Resolve(context, storages, options.ConfigFile, options.Site, options.StoragePath, options.Secrets);
            var remotePath = options.RemotePath ?? source.Export?.RemotePath ?? throw BackupErrors.RemotePathNeeded(source.Site.Name);
            return await LookAsync(options, source, remotePath, cancellationToken).ConfigureAwait(false);
        }
        if (RecordedBackup.Find(path) is { } recorded)
        {
            using var folder = RestoreSite.OfFolder(context, recorded.StoragePath, options.Secrets);
            return await LookAsync(options, folder, recorded.RemotePath, cancellationToken).ConfigureAwait(false);
        }
        using var keys = RestoreSite.DeriveKeys(options.Secrets);
        using var local = await LocalSource.OpenAsync(context, path, keys, zipEncoding: null, options.Register, cancellationToken).ConfigureAwait(false);
        return new(local.Doubt, local.IsTrusted || !options.Register || local.Config is null ? [] : UntrustedConfig.Describe(local.Config.Commands));
    }

    private Task<AppImportPreview> LookAsync(
        AppImportOptions options, RestoreSite source, string remotePath, CancellationToken cancellationToken) =>
        storages.UseAsync(source.Site, observer, async storage =>
        {
            var (stored, isTrusted) = await new ForeignBackup(context, source, storage).OpenAsync(remotePath, cancellationToken).ConfigureAwait(false);
            var backup = await OpenedBackup.OpenAsync(context, stored, isTrusted, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            var commands = options.Register
                ? await UntrustedConfig.FindCommandsAsync(backup, source.Site.Limits, cancellationToken).ConfigureAwait(false)
                : [];
            return new AppImportPreview(backup.Doubt, commands);
        }, source.Credential);
}
