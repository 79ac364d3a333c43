using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class AppCopyCommandTests
{
    [Fact]
    public void Copy_BackupApp_clones_a_backup_from_the_pipeline()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        Assert.Empty(session.Run("Get-AppBackup | Copy-BackupApp -Location staging.example.com -DataDirectory \"$root/staging\" -WhatIf"));
        Assert.False(Directory.Exists(Path.Join(session.Root, "staging")));
        var clone = session.Run("Get-AppBackup | Copy-BackupApp -Location staging.example.com -DataDirectory \"$root/staging\" -Exclude '*.tmp'").Single();
        Assert.Equal(("staging.example.com", "1.2.0", "Installed", "wiki"), (clone.Text("Location"), clone.Text("Version"), clone.Text("State"), clone.Text("PackageName")));
        Assert.Equal(20, Directory.EnumerateFiles(Path.Join(session.Root, "staging")).Count());
        Assert.Equal("*.tmp", session.Run("(Get-BackupApp staging.example.com).Exclude").Single().ToString());
        var failure = session.Fail("Get-AppBackup | Copy-BackupApp -Location staging.example.com -DataDirectory \"$root/more\"");
        Assert.StartsWith("AppExists,", failure.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_of_a_backup_that_is_not_trusted_need_consent()
    {
        using var session = Session.WithApp();
        session.Run("Set-BackupApp wiki.example.com -StartCommand sh, -c, 'exit 0'; New-AppBackup wiki.example.com");
        var archive = Directory.EnumerateFiles(session.Root, "*.tar.gz", SearchOption.AllDirectories).Single();
        var import = $"Import-AppBackup -PlatformHome \"$root/other\" -Path '{archive}' -Register -DataDirectory \"$root/again\"";
        Assert.Empty(session.Run($"{import} -WhatIf"));
        Assert.False(Directory.Exists(Path.Join(session.Root, "again")));
        session.Run($"{import} -Location one.example.com");
        Assert.Contains(session.Warnings, warning => warning.Contains("StartCommand: 'sh' '-c' 'exit 0'", StringComparison.Ordinal) && warning.Contains("without its commands", StringComparison.Ordinal));
        Assert.Empty(session.Run("(Get-BackupApp one.example.com -PlatformHome \"$root/other\").Commands.Start"));
        session.Run($"{import.Replace("again", "more", StringComparison.Ordinal)} -Location two.example.com -AllowCommand");
        Assert.Equal(3, session.Run("(Get-BackupApp two.example.com -PlatformHome \"$root/other\").Commands.Start").Count);
    }

    [Theory]
    [InlineData("Medium", true)]
    [InlineData("Low", true)]
    [InlineData("High", false)]
    public void A_question_by_preference_shows_the_commands_too(string preference, bool isAsked)
    {
        using var session = Session.WithApp();
        session.Run("Set-BackupApp wiki.example.com -StartCommand sh, -c, 'exit 0'; New-AppBackup wiki.example.com");
        session.Run("New-BackupSite local filesystem -Path \"$root/site\" -ExternalDisk -PlatformHome \"$root/other\"; Sync-BackupCatalog -PlatformHome \"$root/other\"");
        session.Invoke($"$ConfirmPreference = '{preference}'; Get-AppBackup -PlatformHome \"$root/other\" | Copy-BackupApp -PlatformHome \"$root/other\" -Location new.example.com -DataDirectory \"$root/new\"");
        // This session cannot ask; the error repeats the question.
        Assert.Equal(isAsked, session.Errors.Exists(error => error.ToString().Contains("without its commands", StringComparison.Ordinal) && error.ToString().Contains("exit 0", StringComparison.Ordinal)));
        Assert.Equal(!isAsked, Directory.Exists(Path.Join(session.Root, "new")));
    }

    [Fact]
    public void Update_BackupApp_updates_or_goes_back()
    {
        using var session = Session.WithApp();
        Assert.Empty(session.Run("Update-BackupApp wiki.example.com 2.0.0 -WhatIf"));
        Assert.Empty(session.Run("Get-AppBackup"));
        Assert.Equal("2.0.0", session.Run("Get-BackupApp | Update-BackupApp -Version 2.0.0").Single().Text("Version"));
        Assert.Equal("before update", session.Run("Get-AppBackup").Single().Text("Label"));
        session.Run("Set-BackupApp wiki.example.com -HealthCommand sh, -c, '[ $CLOUDBACKUP_VERSION = 2.0.0 ]'");
        Assert.StartsWith("UpdateRolledBack,", session.Fail("Update-BackupApp wiki.example.com 3.0.0").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("2.0.0", session.Run("Get-BackupApp").Single().Text("Version"));
        Assert.Equal("3.0.0", session.Run("Update-BackupApp wiki.example.com 3.0.0 -SkipBackup -ErrorAction SilentlyContinue; Set-BackupApp wiki.example.com -HealthCommand @(); Update-BackupApp wiki.example.com 3.0.0 -SkipBackup").Single().Text("Version"));
    }
}
