using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

/// <summary>You learn that a backup is not trusted before you are asked whether to use it, and once.</summary>
public sealed class DoubtBeforeQuestionTests
{
    private const string Other = "-PlatformHome \"$root/other\"";

    [Theory]
    [InlineData("Restore-AppBackup $id -WhatIf")]
    [InlineData("Restore-AppBackup $id \"$root/out\" -WhatIf")]
    [InlineData("Restore-AppBackupItem $id data/file-1 \"$root/out\" -WhatIf")]
    [InlineData("Copy-BackupApp $id new.example.com \"$root/new\" -WhatIf")]
    [InlineData("Import-AppBackup wiki.example.com -RemotePath $path -WhatIf")]
    [InlineData("Import-AppBackup new.example.com -RemotePath $path -Register -DataDirectory \"$root/new\" -WhatIf")]
    [InlineData("Import-AppBackup wiki.example.com -Path $archive -WhatIf")]
    [InlineData("Import-AppBackup wiki.example.com -Path $recorded -WhatIf")]
    [InlineData("Restore-AppBackup $id \"$root/out\"")]
    [InlineData("Restore-AppBackupItem $id data/file-1 \"$root/out\"")]
    [InlineData("Copy-BackupApp $id new.example.com \"$root/new\"")]
    [InlineData("Restore-AppBackup $id -Force -SkipSafetyBackup")]
    [InlineData("Restore-AppBackup $id -Confirm:$false -SkipSafetyBackup")]
    [InlineData("Import-AppBackup wiki.example.com -RemotePath $path -Force -SkipSafetyBackup")]
    [InlineData("Import-AppBackup wiki.example.com -RemotePath $path -Confirm:$false -SkipSafetyBackup")]
    [InlineData("Import-AppBackup wiki.example.com -Path $archive -Confirm:$false -SkipSafetyBackup")]
    [InlineData("Import-AppBackup new.example.com -RemotePath $path -Register -DataDirectory \"$root/new\"")]
    public void A_backup_that_is_not_trusted_is_warned_of_once(string command)
    {
        using var session = Untrusted();
        session.Run($"{command} {Other}");
        Assert.Single(session.Warnings, IsDoubt);
    }

    [Theory]
    [InlineData("Restore-AppBackup $id")]
    [InlineData("Restore-AppBackup $id \"$root/out\" -Confirm")]
    [InlineData("Restore-AppBackupItem $id data/file-1 \"$root/out\" -Confirm")]
    [InlineData("Copy-BackupApp $id new.example.com \"$root/new\" -Confirm")]
    [InlineData("Import-AppBackup wiki.example.com -RemotePath $path")]
    [InlineData("Import-AppBackup wiki.example.com -Path $archive")]
    public void The_warning_comes_before_the_question(string command)
    {
        using var session = Untrusted();
        session.Fail($"{command} {Other}"); // this session cannot ask
        Assert.Single(session.Warnings, IsDoubt);
    }

    [Fact]
    public void Trusted_backups_are_no_matter_of_doubt()
    {
        using var session = Untrusted();
        session.Run("Restore-AppBackup $id -WhatIf; Import-AppBackup wiki.example.com -RemotePath $path -WhatIf; Copy-BackupApp $id new.example.com \"$root/new\"");
        Assert.DoesNotContain(session.Warnings, IsDoubt);
    }

    /// <summary>Another platform with the same app, which knows the backup only from the storage.</summary>
    private static Session Untrusted()
    {
        var session = Session.WithApp();
        session.Run("$backup = New-AppBackup wiki.example.com; $id = $backup.Id; $path = $backup.RemotePath; $archive = \"$root/taken.tar.gz\"; "
            + "$recorded = \"$root/site/$path.tar.gz\"; [System.IO.File]::Copy($recorded, $archive)");
        session.Run($"New-BackupSite local filesystem -Path \"$root/site\" -ExternalDisk {Other}; Sync-BackupCatalog {Other}");
        session.Run($"Import-AppBackup wiki.example.com -RemotePath $path -Register -DataDirectory \"$root/same\" {Other}");
        return session;
    }

    private static bool IsDoubt(string warning) => warning.Contains("is not trusted: ", StringComparison.Ordinal);
}
