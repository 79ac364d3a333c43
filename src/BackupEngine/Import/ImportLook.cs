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
        using var stored = StoredImport.Find(context, storages, options);
        if (stored is not null)
        {
            return await stored.UseAsync(context, storages, observer, backup => LookAsync(options, backup, stored.Limits, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        using var keys = RestoreSite.DeriveKeys(options.Secrets);
        using var local = await LocalSource.OpenAsync(context, options.Path!, keys, zipEncoding: null, options.Register, cancellationToken).ConfigureAwait(false);
        return new(local.Doubt, local.IsTrusted || !options.Register || local.Config is null ? [] : UntrustedConfig.Describe(local.Config.Commands));
    }

    private static async Task<AppImportPreview> LookAsync(
        AppImportOptions options, OpenedBackup backup, SiteLimits limits, CancellationToken cancellationToken) => new(
            backup.Doubt,
            options.Register ? await UntrustedConfig.FindCommandsAsync(backup, limits, cancellationToken).ConfigureAwait(false) : []);
}
