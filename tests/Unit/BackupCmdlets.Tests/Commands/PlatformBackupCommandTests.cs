using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class PlatformBackupCommandTests
{
    [Fact]
    public void New_PlatformBackup_returns_a_backup_with_a_result_per_app_that_tests_well()
    {
        using var session = Session.WithApp();
        var box = session.Run("New-PlatformBackup -Label weekly -Preserve").Single();
        Assert.Matches(@"^box_v\d+\.\d+\.\d+_[0-9a-f]{8}$", box.Text("Id"));
        Assert.Equal(("Ready", "weekly", DateTimeOffset.MaxValue), (box.Text("State"), box.Text("Label"), box.Get("PreserveUntil")));
        Assert.Equal("wiki.example.com: BackedUp", session.Run("(Get-PlatformBackup -Newest).Apps -join ';'").Single().ToString());
        var results = session.Run("Get-PlatformBackup | Test-PlatformBackup -IncludeApp");
        Assert.Equal(["", "wiki.example.com"], results.Select(result => result.Text("Location")));
        Assert.All(results, result => Assert.Equal("True", result.Text("IsValid")));
        Assert.Equal(["True", "True"], session.Run("Get-PlatformBackup | Test-PlatformBackup -IncludeApp -Quiet").Select(result => result.ToString()));
    }

    [Fact]
    public void An_app_that_fails_is_an_error_and_the_platform_backup_is_made_I9()
    {
        using var session = Session.WithApp();
        session.Run("Register-BackupApp bad.example.com -Version 1 -DataDirectory \"$root/apps/a\" -PreBackupCommand /bin/false");
        var box = session.Invoke("New-PlatformBackup").Single();
        Assert.StartsWith("CommandFailed,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(("Ready", "False"), (box.Text("State"), box.Text("IsComplete")));
        Assert.Equal(1, Shown.Run(session, "-Command", "New-PlatformBackup").ExitCode);
        session.Run("Set-BackupApp bad.example.com -PreBackupCommand @()");
        Assert.Equal(0, Shown.Run(session, "-Command", "New-PlatformBackup").ExitCode);
    }

    [Fact]
    public void Sites_are_piped_by_name_and_filter_what_is_listed()
    {
        using var session = Session.WithApp();
        session.Run("New-BackupSite second filesystem -Path \"$root/site\" -Prefix two -ExternalDisk");
        Assert.Equal(["local", "second"], session.Run("(Get-BackupSite | New-PlatformBackup).Site").Select(site => site.ToString()));
        Assert.Equal("second", session.Run("Get-BackupSite second | Get-PlatformBackup").Single().Text("Site"));
        Assert.Equal("local", session.Run("Get-PlatformBackup local").Single().Text("Site"));
        Assert.Single(session.Run("Get-PlatformBackup -Newest"));
        Assert.StartsWith("SiteNotFound,", session.Fail("Get-PlatformBackup nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("PlatformBackupNotFound,", session.Fail("Get-PlatformBackup -Id nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_backs_nothing_up_and_removes_nothing()
    {
        using var session = Session.WithApp();
        Assert.Empty(session.Run("New-PlatformBackup -WhatIf"));
        Assert.Empty(session.StoredFiles());
        session.Run("New-PlatformBackup");
        session.Run("Get-PlatformBackup | Remove-PlatformBackup -WhatIf");
        Assert.Single(session.Run("Get-PlatformBackup"));
    }

    [Fact]
    public void Remove_PlatformBackup_asks_and_leaves_the_backups_of_apps()
    {
        using var session = Session.WithApp();
        session.Run("New-PlatformBackup");
        session.Invoke("Get-PlatformBackup | Remove-PlatformBackup");
        Assert.Single(session.Errors); // there is nobody to ask
        Assert.StartsWith("BackupNeeded,", session.Fail("Get-AppBackup | Remove-AppBackup -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        session.Run("Get-PlatformBackup | Remove-PlatformBackup -Force");
        Assert.Empty(session.Run("Get-PlatformBackup"));
        Assert.Single(session.Run("Get-AppBackup"));
        session.Run("Get-AppBackup | Remove-AppBackup -Force");
        Assert.Empty(session.StoredFiles());
    }

    [Fact]
    public void Set_Platform_names_extra_directories()
    {
        using var session = Session.WithApp();
        Directory.CreateDirectory(Path.Join(session.Root, "mail"));
        session.Run("Set-Platform -ExtraDirectory \"$root/mail\" -WhatIf");
        Assert.Empty(session.Run("(Get-Platform).ExtraDirectory"));
        Assert.Empty(session.Run("Set-Platform -ExtraDirectory \"$root/mail\""));
        Assert.Equal(Path.Join(session.Root, "mail"), session.Run("(Get-Platform).ExtraDirectory").Single().ToString());
        Assert.Equal(Guid.Parse(session.Run("(Get-Platform).Id")[0].ToString()!), session.Run("Set-Platform -ExtraDirectory @() -PassThru").Single().Get("Id"));
        Assert.StartsWith("ExtraDirectoryUnusable,", session.Fail("Set-Platform -ExtraDirectory /nowhere/at/all").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void New_AppBackup_backs_up_all_that_it_is_given_in_one_run()
    {
        using var session = Session.WithApp();
        session.Run("'a','b','c' | ForEach-Object { Register-BackupApp \"$_.example.com\" -Version 3 -DataDirectory \"$root/apps/$_\" }");
        var made = session.Run("'c.example.com', '*.example.com', 'a.example.com' | New-AppBackup -Throttle 2");
        // Each is written when it is made: with two at once, in no certain order.
        Assert.Equal(
            ["a.example.com", "b.example.com", "c.example.com", "wiki.example.com"],
            made.Select(backup => backup.Text("Location")).Order(StringComparer.Ordinal));
        Assert.Single(made.Select(backup => backup.Text("RemotePath").Split('/')[0]).Distinct());
    }

    [Fact]
    public void Sync_BackupCatalog_lists_both_kinds()
    {
        using var session = Session.WithApp();
        session.Run("New-PlatformBackup");
        var kinds = session.Run("Sync-BackupCatalog").Select(backup => backup.BaseObject.GetType().Name).Order(StringComparer.Ordinal);
        Assert.Equal(["AppBackup", "PlatformBackup"], kinds);
    }
}
