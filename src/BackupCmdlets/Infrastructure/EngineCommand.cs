using System.Management.Automation;
using System.Net;
using System.Security;

namespace CloudBackup.Commands;

/// <summary>A cmdlet that works on a platform. Opens the engine when it is first needed.</summary>
public abstract class EngineCommand : OperationCommand
{
    private BackupEngine? _engine;

    /// <summary>The platform's home folder. By default CLOUDBACKUP_HOME, or the place that fits user and system.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PlatformHome { get; set; }

    /// <summary>The engine of the platform.</summary>
    protected BackupEngine Engine => _engine ??= BackupEngine.Open(new BackupEngineOptions
    {
        PlatformHome = ResolvePath(PlatformHome),
        CreatesPlatform = CreatesPlatform,
    });

    /// <summary>Whether the cmdlet makes a platform where there is none. All others fail there: the path is mistyped.</summary>
    protected virtual bool CreatesPlatform => false;

    /// <summary>
    /// Does something for each item of a name or pattern. A plain name that is missing is an error; a pattern that matches nothing is a warning:
    /// the command would otherwise seem to have done its work.
    /// </summary>
    private protected void ForEachMatch<T>(
        IEnumerable<string> patterns, string kind, IReadOnlyList<T> items, Func<T, string> nameOf, Func<string, T> get, Action<T> action) =>
        ForEachItem(patterns, pattern =>
        {
            var found = Wildcards.Select(items, nameOf, pattern, get);
            if (found.Count == 0)
            {
                WriteWarning(items.Count == 0 ? $"There is no {kind} yet." : $"No {kind} matches '{pattern}'.");
            }
            ForEachItem(found, action);
        });

    /// <summary>Does something for each site of a name or pattern.</summary>
    private protected void ForEachSite(IEnumerable<string> patterns, Action<BackupSite> action) =>
        ForEachMatch(patterns, "site", Engine.Sites.List(), site => site.Name, Engine.Sites.Get, action);

    /// <summary>Warns of a backup that is not trusted.</summary>
    private protected void WriteDoubt(SiteBackup backup) => WriteDoubt(Engine.AppBackups.FindDoubt(backup));

    /// <summary>
    /// Writes what a test has shown. A backup that is not valid is an error too, so that scripts and schedulers notice it without looking at the
    /// result.
    /// </summary>
    private protected void WriteTestResult(BackupTestResult result, bool isQuiet)
    {
        WriteObject(isQuiet ? result.IsValid : result);
        if (!isQuiet && !result.IsValid)
        {
            WriteFailure(BackupErrors.BackupNotValid(result.Id, result.Site, result.Problems.Count > 0 ? $"{result.Problems[0]}" : null));
        }
    }

    /// <summary>What opens a site's storage and its backups, as the engine takes it.</summary>
    private protected static SiteSecrets Secrets(SecureString? password, PSCredential? credential, bool removePassword = false) => new()
    {
        Password = password,
        RemovePassword = removePassword,
        // The name as it is: a user name in PowerShell's sense would be taken apart at an @ or a backslash.
        Credential = credential is null ? null : new NetworkCredential(credential.UserName, credential.Password),
    };

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_engine is { IsNew: true } made)
        {
            WriteVerbose($"Created a new platform in '{made.HomePath}'.");
        }
        if (_engine is { HasLostCatalog: true } lost)
        {
            WriteWarning($"The catalog in '{lost.HomePath}' was missing, and a new one was created. Register sites and apps again, then run Sync-BackupCatalog.");
        }
        foreach (var warning in _engine?.TakeCatalogWarnings() ?? [])
        {
            WriteWarning(warning);
        }
        CloseEngine();
    }

    /// <summary>Closes the engine.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseEngine();
        }
        base.Dispose(disposing);
    }

    private void CloseEngine()
    {
        _engine?.Dispose();
        _engine = null;
    }
}
