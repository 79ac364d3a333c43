using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Module;

public sealed class ModuleTests
{
    private static readonly string[] Cmdlets =
    [
        "Copy-BackupApp", "Export-BackupSite", "Get-AppBackup", "Get-AppBackupItem", "Get-BackupApp", "Get-BackupSite", "Get-Platform",
        "Get-PlatformBackup", "Import-AppBackup", "Invoke-BackupCleanup", "New-AppBackup", "New-BackupAddon", "New-BackupSite",
        "New-PlatformBackup", "Protect-BackupFile", "Protect-BackupFileName", "Register-BackupApp", "Remove-AppBackup", "Remove-BackupSite",
        "Remove-PlatformBackup", "Restore-AppBackup", "Restore-AppBackupItem", "Restore-Platform", "Set-AppBackup", "Set-BackupApp",
        "Set-BackupSite", "Set-Platform", "Sync-BackupCatalog", "Test-AppBackup", "Test-BackupSite", "Test-PlatformBackup", "Unprotect-BackupFile",
        "Unprotect-BackupFileName", "Unregister-BackupApp", "Update-BackupApp",
    ];

    [Fact]
    public void The_module_exports_exactly_its_cmdlets()
    {
        using var session = new Session();
        Assert.Equal(Cmdlets, session.Run("(Get-Command -Module CloudBackup).Name").Select(name => name.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal("6c1f3c52-7d3b-4b0e-9a51-2f1c0c7f5b11", session.Run("(Get-Module CloudBackup).Guid.ToString()")[0].ToString());
    }

    [Fact]
    public void It_is_imported_again_removed_and_imported_once_more()
    {
        using var session = new Session();
        for (var i = 0; i < 2; i++)
        {
            session.Invoke("Import-Module $args[0] -Force", Built.Manifest);
            Assert.Empty(session.Errors);
            Assert.Equal(Cmdlets.Length, session.Run("Get-Command -Module CloudBackup").Count);
            session.Run("Get-BackupSite");
        }
        // Where modules are looked for is a matter of the process, which other tests share.
        session.Run("$PSModuleAutoLoadingPreference = 'None'; Remove-Module CloudBackup");
        Assert.Equal("CommandNotFoundException", session.Fail("Get-BackupSite").FullyQualifiedErrorId);
        session.Invoke("Import-Module $args[0]", Built.Manifest);
        session.Run("Get-BackupSite");
    }

    [Fact]
    public void Two_runspaces_of_a_process_share_its_types()
    {
        using var first = Session.WithApp();
        using var second = new Session();
        var backup = first.Run("New-AppBackup wiki.example.com")[0];
        Assert.Equal(backup.BaseObject.GetType(), second.Run("[CloudBackup.AppBackup]")[0].BaseObject);
        Assert.Equal("True", second.Invoke("$args[0] -is [CloudBackup.AppBackup]", backup)[0].ToString());
    }

    [Theory]
    [InlineData("CloudBackup.AppBackup")]
    [InlineData("CloudBackup.PlatformBackup")]
    [InlineData("CloudBackup.PlatformRestoreResult")]
    [InlineData("CloudBackup.BackupPlatform")]
    [InlineData("CloudBackup.BackupApp")]
    [InlineData("CloudBackup.BackupSite")]
    [InlineData("CloudBackup.BackupAddon")]
    [InlineData("CloudBackup.BackupState")]
    [InlineData("CloudBackup.BackupTestResult")]
    [InlineData("CloudBackup.SiteTestResult")]
    [InlineData("CloudBackup.BackupException")]
    [InlineData("CloudBackup.RetentionPolicy")]
    [InlineData("CloudBackup.RetentionDecision")]
    public void Types_of_returned_objects_resolve_by_name(string name)
    {
        using var session = new Session();
        Assert.Equal(name, session.Run($"[{name}].FullName")[0].ToString());
    }

    [Fact]
    public void Its_dependencies_stay_out_of_the_default_context()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        var names = System.Runtime.Loader.AssemblyLoadContext.Default.Assemblies.Select(assembly => assembly.GetName().Name).ToList();
        Assert.Contains("BackupLoader", names);
        Assert.DoesNotContain("Microsoft.Data.Sqlite", names);
        Assert.DoesNotContain("Polly.Core", names);
        Assert.DoesNotContain("BackupEngine", names);
    }

    [Fact]
    public void Every_cmdlet_declares_what_it_returns_and_asks_before_it_changes()
    {
        using var session = new Session();
        string[] reading = ["Get-", "Test-", "New-BackupAddon", "Protect-BackupFileName", "Unprotect-BackupFileName"];
        foreach (var command in session.Run("Get-Command -Module CloudBackup").Select(item => (CmdletInfo)item.BaseObject))
        {
            var changes = !reading.Any(prefix => command.Name.StartsWith(prefix, StringComparison.Ordinal));
            Assert.Equal(changes, command.Parameters.ContainsKey("WhatIf"));
            if (!command.Name.StartsWith("Remove-", StringComparison.Ordinal) && !command.Name.StartsWith("Unregister-", StringComparison.Ordinal))
            {
                Assert.NotEmpty(command.OutputType);
            }
            Assert.DoesNotContain(command.Parameters.Values, parameter =>
                parameter.ParameterType == typeof(string) && parameter.Name.Contains("assword", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Views_show_what_matters()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com -Label first | Out-Null");
        foreach (var (command, expected) in new[]
        {
            ("Get-BackupSite", new[] { "Name", "Provider", "Place", "local" }),
            ("Get-BackupApp", ["Location", "Version", "LastBackup", "wiki.example.com"]),
            ("Get-AppBackup", ["Created", "State", "Stored", "Ready", "first", " kB"]),
            ("New-PlatformBackup", ["Apps", "Not new", "box_v", "Ready"]),
            ("Get-AppBackup | Test-AppBackup", ["Valid", "True"]),
            ("Get-AppBackup | Get-AppBackupItem -Path data/file-3", ["Mode", "Owner", "Modified", "data/file-3"]),
            ("Test-BackupSite", ["Usable", "True", "Write: ok"]),
        })
        {
            var shown = Shown.By(session, command);
            Assert.All(expected, word => Assert.Contains(word, shown, StringComparison.Ordinal));
        }
    }
}
