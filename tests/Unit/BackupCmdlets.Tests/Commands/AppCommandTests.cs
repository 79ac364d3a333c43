using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class AppCommandTests
{
    [Fact]
    public void Register_BackupApp_takes_everything_an_app_can_be_told()
    {
        using var session = new Session();
        var app = session.Run(
            """
            Register-BackupApp Shop.Example.com -Version 3.1 -DataDirectory "$root/data" -PackageName shop -Exclude 'cache/', '*.log' `
                -Addon (New-BackupAddon sqlite data/shop.db) -StopCommand systemctl, stop, shop -StartCommand systemctl, start, shop -DisableAutomaticBackup
            """).Single();
        Assert.Equal(("shop.example.com", "3.1", "shop", "False"), (app.Text("Location"), app.Text("Version"), app.Text("PackageName"), app.Text("AutomaticBackup")));
        Assert.Equal("start, stop", app.Text("Commands"));
        var again = session.Run("Get-BackupApp shop.example.com").Single();
        Assert.Equal("sqlite:data/shop.db", session.Run("(Get-BackupApp).Addons[0].ToString()")[0].ToString());
        Assert.Equal(app.Text("Id"), again.Text("Id"));
    }

    [Fact]
    public void Set_BackupApp_changes_only_what_is_given_and_renames()
    {
        using var session = Session.WithApp();
        session.Run("Set-BackupApp wiki.example.com -Exclude tmp/ -Version 2");
        var app = session.Run("Get-BackupApp | Set-BackupApp -NewLocation docs.example.com -PassThru").Single();
        Assert.Equal(("docs.example.com", "2", "wiki"), (app.Text("Location"), app.Text("Version"), app.Text("PackageName")));
        Assert.Equal("tmp/", session.Run("(Get-BackupApp).Exclude")[0].ToString());
        session.Run("Set-BackupApp docs.example.com -Exclude @() -DisableAutomaticBackup:$false");
        Assert.Empty(session.Run("(Get-BackupApp).Exclude"));
    }

    [Fact]
    public void A_renamed_app_keeps_its_backups_and_another_one_at_the_old_location_gets_none_of_its_new_ones()
    {
        using var session = Session.WithApp();
        var old = session.Run("(New-AppBackup wiki.example.com).Id").Single().ToString();
        session.Run("Set-BackupApp wiki.example.com -NewLocation docs.example.com");
        Assert.Equal(old, session.Run("(Get-AppBackup docs.example.com).Id").Single().ToString());
        Assert.Equal(old, session.Run("(Get-BackupApp | Get-AppBackup -Newest).Id").Single().ToString());
        Assert.Equal(old, session.Run("(Get-AppBackup wiki.example.com).Id").Single().ToString());
        var other = Path.Join(session.Root, "other");
        Directory.CreateDirectory(other);
        session.Run("Register-BackupApp wiki.example.com -Version 1 -DataDirectory \"$root/other\" | Out-Null");
        var added = session.Run("(New-AppBackup wiki.example.com).Id").Single().ToString();
        Assert.Equal([added, old], session.Run("(Get-AppBackup wiki.example.com).Id").Select(id => id.ToString()));
        Assert.Equal(old, session.Run("(Get-AppBackup docs.*).Id").Single().ToString());
    }

    [Fact]
    public void Set_BackupApp_settles_with_a_version_what_an_update_left_in_doubt()
    {
        using var session = Session.WithApp();
        // Once it was started it does not stop, and the new version is never healthy.
        session.Run(
            """
            Set-BackupApp wiki.example.com -StartCommand touch, "$root/up" -StopCommand sh, -c, "[ ! -e '$root/up' ]" -HealthCommand false
            """);
        Assert.StartsWith("UpdateNotUndone,", session.Fail("Update-BackupApp wiki.example.com 2.0.0").FullyQualifiedErrorId, StringComparison.Ordinal);
        var app = session.Run("Get-BackupApp").Single();
        Assert.Equal(("1.2.0", "Error"), (app.Text("Version"), app.Text("State")));
        Assert.Equal(session.Run("(Get-AppBackup).Id")[0].ToString(), app.Text("UnfinishedUpdate"));
        Assert.Contains($"Restore-AppBackup {app.Text("UnfinishedUpdate")}", app.Text("LastError"), StringComparison.Ordinal);
        app = session.Run("Set-BackupApp wiki.example.com -HealthCommand @() -PassThru").Single();
        Assert.Equal("Error", app.Text("State"));
        app = session.Run("Set-BackupApp wiki.example.com -Version 2.0.0 -PassThru").Single();
        Assert.Equal(("2.0.0", "Installed"), (app.Text("Version"), app.Text("State")));
        Assert.Null(app.Get("UnfinishedUpdate"));
        Assert.Null(app.Get("LastError"));
    }

    [Theory]
    [InlineData("Register-BackupApp 'a b' -Version 1 -DataDirectory \"$root/data\"", "NameInvalid")]
    [InlineData("Register-BackupApp a -Version 1 -DataDirectory \"$root/none\"", "DataDirectoryUnusable")]
    [InlineData("Register-BackupApp wiki.example.com -Version 1 -DataDirectory \"$root/data\"", "AppExists")]
    [InlineData("Register-BackupApp a -Version 1 -DataDirectory \"$root/data\" -Addon (New-BackupAddon sqlite app.db)", "AddonPathInvalid")]
    [InlineData("Register-BackupApp a -Version 1 -DataDirectory \"$root/data\"", "DataDirectoryTaken")]
    [InlineData("Register-BackupApp a -Version 1 -DataDirectory $root", "DataDirectoryTaken")]
    [InlineData("Set-BackupApp wiki.example.com -DataDirectory \"$root/site\"", "DataDirectoryTaken")]
    [InlineData("New-BackupSite inside filesystem -Path \"$root/data\" -ExternalDisk", "SiteFolderTaken")]
    [InlineData("Set-BackupApp nobody -Version 2", "AppNotFound")]
    [InlineData("Get-BackupApp nobody", "AppNotFound")]
    [InlineData("Unregister-BackupApp nobody", "AppNotFound")]
    public void Failures_are_one_error_record_with_a_stable_id(string script, string errorId)
    {
        using var session = Session.WithApp();
        Assert.StartsWith(errorId + ",", session.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(session.Run("Get-BackupApp"));
    }

    [Fact]
    public void Unregister_BackupApp_leaves_data_and_backups()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        session.Run("Unregister-BackupApp wiki.example.com -WhatIf");
        Assert.Single(session.Run("Get-BackupApp"));
        session.Run("Get-BackupApp | Unregister-BackupApp");
        Assert.Empty(session.Run("Get-BackupApp"));
        Assert.Single(session.Run("Get-AppBackup"));
        Assert.Equal(20, Directory.GetFiles(session.Data).Length);
    }
}
