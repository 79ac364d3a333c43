using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CloudBackup.Bench.Engine;

/// <summary>What this program does when it is started to be measured: one piece of work, and nothing else.</summary>
internal static class EngineProcess
{
    /// <summary>The first argument of such a process.</summary>
    public const string Verb = "engine";

    /// <summary>Does the work: <c>backup</c>, <c>restore</c> or <c>import</c>, with its arguments.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["backup", var home, var location]:
                await BackupAsync(home, location);
                return 0;
            case ["restore", var home, var location, var destination]:
                await RestoreAsync(home, location, destination);
                return 0;
            case ["import", var module]:
                Import(module);
                return 0;
            default:
                throw new OptionException($"Not for people: {string.Join(' ', arguments)}");
        }
    }

    private static async Task BackupAsync(string home, string location)
    {
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = home });
        await engine.AppBackups.CreateAsync(location, new AppBackupOptions(), NullObserver.Instance, CancellationToken.None);
    }

    private static async Task RestoreAsync(string home, string location, string destination)
    {
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = home });
        var backup = engine.AppBackups.List(location)[0];
        await engine.AppBackups.RestoreToAsync(backup.Id, destination, NullObserver.Instance, CancellationToken.None);
    }

    /// <summary>As BackupHost does it. Without a module a command of the engine's own runs, so that both cases run one pipeline each.</summary>
    private static void Import(string module)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        if (module.Length > 0)
        {
            shell.AddCommand("Import-Module").AddParameter("Name", module);
        }
        else
        {
            shell.AddCommand("Get-Module");
        }
        shell.Invoke();
        if (shell.HadErrors)
        {
            throw new BenchException(shell.Streams.Error[0].ToString());
        }
    }
}
