using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CloudBackup.Cmdlets.Tests.Support;

/// <summary>A PowerShell session with the built module, a platform home of its own, and folders for the data of apps and for backups.</summary>
internal sealed class Session : IDisposable
{
    private static int _last;

    private readonly Runspace _runspace;

    public Session(bool importModule = true)
    {
        Root = Path.Join("/tmp", $"cloudbackup-cmdlet-test-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}");
        Array.ForEach(["data", "site", "apps/shop", "apps/a", "apps/b", "apps/c"], name => Directory.CreateDirectory(Path.Join(Root, name)));
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        Invoke("$root = $args[0]; $env:CLOUDBACKUP_HOME = $null; $PSDefaultParameterValues = @{ '*-Backup*:PlatformHome' = \"$root/home\"; '*-AppBackup*:PlatformHome' = \"$root/home\"; '*-Platform*:PlatformHome' = \"$root/home\" }", Root);
        Invoke("$PSDefaultParameterValues.Remove('New-BackupAddon:PlatformHome')");
        if (importModule)
        {
            Invoke("Import-Module $args[0]", Built.Manifest);
            Invoke("Set-Platform -ExtraDirectory @()");
        }
    }

    public string Root { get; }

    public string Data => Path.Join(Root, "data");

    /// <summary>The errors of the last invocation.</summary>
    public List<ErrorRecord> Errors { get; private set; } = [];

    public List<string> Warnings { get; private set; } = [];

    public List<string> Verbose { get; private set; } = [];

    public List<ProgressRecord> Progress { get; private set; } = [];

    /// <summary>A session with a site and an app with a few files.</summary>
    public static Session WithApp()
    {
        var session = new Session();
        for (var i = 0; i < 20; i++)
        {
            File.WriteAllText(Path.Join(session.Data, $"file-{i}"), new string((char)('a' + i), 1000 * i));
        }
        session.Run("New-BackupSite local filesystem -Path \"$root/site\" -ExternalDisk | Out-Null");
        session.Run("Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory \"$root/data\" -PackageName wiki | Out-Null");
        return session;
    }

    /// <summary>Runs a script and returns its output; errors, warnings and the rest are kept beside.</summary>
    public Collection<PSObject> Invoke(string script, params object[] arguments)
    {
        using var shell = PowerShell.Create(_runspace);
        return Invoke(shell, script, arguments);
    }

    /// <summary>Runs a script that must not write an error.</summary>
    public Collection<PSObject> Run(string script)
    {
        var output = Invoke(script);
        Assert.True(Errors.Count == 0, string.Join(Environment.NewLine, Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}")));
        return output;
    }

    /// <summary>Runs a script that must write exactly one error, and returns it.</summary>
    public ErrorRecord Fail(string script)
    {
        Invoke(script);
        return Assert.Single(Errors);
    }

    /// <summary>Starts a script in another thread, to be stopped.</summary>
    public (PowerShell Shell, IAsyncResult Result) Begin(string script)
    {
        var shell = PowerShell.Create(_runspace).AddScript(script);
        return (shell, shell.BeginInvoke());
    }

    /// <summary>The paths of all files in the site's storage.</summary>
    public List<string> StoredFiles() =>
        [.. Directory.EnumerateFiles(Path.Join(Root, "site"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private Collection<PSObject> Invoke(PowerShell shell, string script, object[] arguments)
    {
        shell.AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }
        var output = new Collection<PSObject>();
        try
        {
            output = shell.Invoke();
            Errors = [.. shell.Streams.Error];
        }
        catch (RuntimeException failure)
        {
            Errors = [.. shell.Streams.Error, failure.ErrorRecord];
        }
        Warnings = [.. shell.Streams.Warning.Select(record => record.Message)];
        Verbose = [.. shell.Streams.Verbose.Select(record => record.Message)];
        Progress = [.. shell.Streams.Progress];
        return output;
    }
}

/// <summary>Short ways to properties of output.</summary>
internal static class OutputExtensions
{
    public static object? Get(this PSObject item, string property) => item.Properties[property]?.Value is PSObject wrapped ? wrapped.BaseObject : item.Properties[property]?.Value;

    public static string Text(this PSObject item, string property) => item.Get(property)?.ToString() ?? "";
}
