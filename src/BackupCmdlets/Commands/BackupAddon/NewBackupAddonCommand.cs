using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Describes a data store of an app that is dumped, never copied live. Give it to Register-BackupApp or Set-BackupApp.</summary>
[Cmdlet(VerbsCommon.New, "BackupAddon", HelpUri = OnlineHelp.Pages + "New-BackupAddon")]
[OutputType(typeof(BackupAddon))]
public sealed class NewBackupAddonCommand : PSCmdlet
{
    /// <summary>The kind of data store.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public AddonType Type { get; set; }

    /// <summary>Sqlite: the database file, below data/ (data/app.db is the file app.db of the data directory).</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(new BackupAddon { Type = Type, Path = Path.Replace('\\', '/') });
}
