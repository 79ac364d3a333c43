using CloudBackup.Catalog;
using CloudBackup.Platform;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// The restored catalog takes the place of the one that is here, in one transaction with the journal: sites, apps, backups and whatever else
/// it holds. In it the platform backup becomes Ready, the site becomes the one that was read from, and each app waits for its data.
/// </summary>
internal sealed class CatalogTakeover(EngineContext context)
{
    /// <summary>Takes over what the plan says.</summary>
    public void Run(PlatformRestorePlan plan, PlatformRestoreEntry entry)
    {
        var (platform, content) = (plan.Platform!, plan.Content!);
        CatalogImport.Run(context.Database, content.DatabasePath, PlatformRestoreJournal.Table, () =>
        {
            context.RestoreJournal.Clear();
            if (!plan.IsTrusted)
            {
                context.Backups.Distrust();
            }
            PlaceSite(plan.Source.Site with { KeyId = platform.Info.Encryption?.KeyId }, entry.Site);
            context.Backups.Save(new BackupRecord
            {
                Backup = platform.Info.ToBackup(entry.Site, platform.InfoSize, note: null) with
                {
                    Origin = plan.IsTrusted ? BackupOrigin.Platform : BackupOrigin.Matched,
                },
                InfoHash = platform.InfoHash,
            });
            foreach (var app in plan.Apps)
            {
                context.Apps.Update(Waiting(app, plan.Options.SkipAppRestore));
            }
            context.PlatformRestores.Save(entry with { Phase = PlatformRestorePhase.Apps });
        });
    }

    /// <summary>The restored platform keeps the site's name, and reaches its storage the way that was just used.</summary>
    private void PlaceSite(BackupSite used, string name)
    {
        if (context.Sites.Find(name) is { } known)
        {
            context.Sites.Update(known with { Provider = used.Provider, Settings = used.Settings, Prefix = used.Prefix });
        }
        else
        {
            context.Sites.Add(used with { Name = name });
        }
    }

    private static BackupApp Waiting(AppToRestore app, bool isSkipped) =>
        app.App.MoveHere(app.BackupId, app switch
        {
            { BackupId: null } => BackupErrors.NoBackupToRestore(app.App.Location).Message,
            { Failure: { } failure } => failure.Message,
            _ when isSkipped || !app.IsRestorable => BackupErrors.AppNotRestored(app.App.Location, app.BackupId).Message,
            _ => null,
        });
}
