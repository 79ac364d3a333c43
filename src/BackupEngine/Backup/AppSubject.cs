using CloudBackup.Apps;
using CloudBackup.Commands;
using CloudBackup.Layout;
using CloudBackup.Retention;
using CloudBackup.Source;
using CloudBackup.Swapping;

namespace CloudBackup.Backup;

/// <summary>An app as the subject of a backup: its commands run around the reading.</summary>
/// <param name="locked">The app, whose lock is held until the backup is made.</param>
/// <param name="time">Ends a PostBackupCommand that hangs.</param>
internal sealed class AppSubject(LockedApp locked, TimeProvider time) : BackupSubject
{
    private static readonly TimeSpan PostCommandLimit = TimeSpan.FromMinutes(5);

    private readonly BackupApp _app = locked.App;

    /// <inheritdoc/>
    public override string Name => _app.Location;

    /// <inheritdoc/>
    public override BackupOwner Owner => new(_app.Id);

    /// <inheritdoc/>
    public override string BackupName => BackupNames.AppName(_app.Location, _app.Version);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders => [AppFolder.PathOf(_app)];

    /// <inheritdoc/>
    public override SiteBackup NewRecord(string id, string site, string remotePath) => new AppBackup
    {
        Id = id,
        AppId = _app.Id,
        Location = _app.Location,
        PackageName = _app.PackageName,
        Version = _app.Version,
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
            await commands.RunAsync("PreBackupCommand", _app.Commands.PreBackup, _app, cancellationToken).ConfigureAwait(false);
            using var content = BackupContent.Open(_app, request.SpoolFolder);
            foreach (var warning in MountWarnings.Find(AppFolder.PathOf(_app), $"the data of {_app.Location}", _app.Exclude))
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
            await commands.RunAsync("PostBackupCommand", _app.Commands.PostBackup, _app, limit.Token).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            observer.OnWarning(failure.Message);
        }
        catch (OperationCanceledException)
        {
            observer.OnWarning($"The PostBackupCommand of {_app.Location} was stopped after {PostCommandLimit}.");
        }
    }
}
