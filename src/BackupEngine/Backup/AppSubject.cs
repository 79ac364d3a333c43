using CloudBackup.Apps;
using CloudBackup.Commands;
using CloudBackup.Layout;
using CloudBackup.Retention;
using CloudBackup.Source;

namespace CloudBackup.Backup;

/// <summary>An app as the subject of a backup: its commands run around the reading.</summary>
internal sealed class AppSubject(BackupApp app, TimeProvider time) : BackupSubject
{
    private static readonly TimeSpan PostCommandLimit = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string Name => app.Location;

    /// <inheritdoc/>
    public override BackupOwner Owner => new(app.Id);

    /// <inheritdoc/>
    public override string BackupName => BackupNames.AppName(app.Location, app.Version);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders => [AppFolder.PathOf(app)];

    /// <inheritdoc/>
    public override SiteBackup NewRecord(string id, string site, string remotePath) => new AppBackup
    {
        Id = id,
        AppId = app.Id,
        Location = app.Location,
        PackageName = app.PackageName,
        Version = app.Version,
        Site = site,
        RemotePath = remotePath,
    };

    /// <inheritdoc/>
    public override async Task<FormatResult> WithItemsAsync(
        ContentRequest request, Func<IEnumerable<SourceItem>, Task<FormatResult>> store, CancellationToken cancellationToken)
    {
        var commands = new CommandRunner(request.Observer);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Inside: a command that fails or is stopped may have put the app into maintenance already.
            await commands.RunAsync("PreBackupCommand", app.Commands.PreBackup, app, cancellationToken).ConfigureAwait(false);
            using var content = BackupContent.Open(app, request.SpoolFolder);
            foreach (var warning in MountWarnings.Find(AppFolder.PathOf(app), $"the data of {app.Location}", app.Exclude))
            {
                request.Observer.OnWarning(warning);
            }
            await content.DumpAddonsAsync(request, cancellationToken).ConfigureAwait(false);
            var result = await store(content.Items(request, cancellationToken)).ConfigureAwait(false);
            content.CheckSource();
            return result;
        }
        finally
        {
            await RunPostCommandAsync(commands, request.Observer).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Undoes what the PreBackupCommand did, also for a run that fails or is stopped. Its own failure does not make a backup any worse that
    /// has been read already: it is told, loudly.
    /// </summary>
    private async Task RunPostCommandAsync(CommandRunner commands, IOperationObserver observer)
    {
        using var limit = new CancellationTokenSource(PostCommandLimit, time);
        try
        {
            await commands.RunAsync("PostBackupCommand", app.Commands.PostBackup, app, limit.Token).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            observer.OnWarning(failure.Message);
        }
        catch (OperationCanceledException)
        {
            observer.OnWarning($"The PostBackupCommand of {app.Location} was stopped after {PostCommandLimit}.");
        }
    }
}
