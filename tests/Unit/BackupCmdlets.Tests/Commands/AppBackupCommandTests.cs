using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;
using CloudBackup.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class AppBackupCommandTests
{
    [Fact]
    public void The_pipeline_from_app_to_tested_backup_works()
    {
        using var session = Session.WithApp();
        session.Run("Register-BackupApp shop.example.com -Version 3 -DataDirectory \"$root/apps/shop\"");
        var results = session.Run("Get-BackupApp | New-AppBackup | Test-AppBackup");
        Assert.Equal(["shop.example.com", "wiki.example.com"], results.Select(result => result.Text("Location")));
        Assert.All(results, result => Assert.Equal("True", result.Text("IsValid")));
    }

    [Fact]
    public void New_AppBackup_tells_its_steps_and_returns_the_backup()
    {
        using var session = Session.WithApp();
        var backup = session.Run("New-AppBackup wiki.example.com -Label 'before the storm' -Preserve -Verbose").Single();
        Assert.Matches("^app_wiki.example.com_v1.2.0_[0-9a-f]{8}$", backup.Text("Id"));
        Assert.Equal(("Ready", "before the storm", "22"), (backup.Text("State"), backup.Text("Label"), backup.Text("FileCount")));
        Assert.IsType<DateTimeOffset>(backup.Get("Created"));
        Assert.Equal(DateTimeOffset.MaxValue, backup.Get("PreserveUntil"));
        Assert.Contains(session.Verbose, line => line.StartsWith("Backing up wiki.example.com 1.2.0 to local", StringComparison.Ordinal));
        Assert.Contains(session.Verbose, line => line.StartsWith("Backed up wiki.example.com", StringComparison.Ordinal));
    }

    [Fact]
    public void One_apps_failure_does_not_stop_the_others_I9()
    {
        using var session = Session.WithApp();
        session.Run("'a','c' | ForEach-Object { Register-BackupApp $_ -Version 3 -DataDirectory \"$root/apps/$_\" }");
        Directory.CreateDirectory(Path.Join(session.Root, "gone"));
        session.Run("Register-BackupApp b -Version 1 -DataDirectory \"$root/gone\"");
        Directory.Delete(Path.Join(session.Root, "gone"));
        var made = session.Invoke("Get-BackupApp | New-AppBackup");
        Assert.Equal(["a", "c", "wiki.example.com"], made.Select(backup => backup.Text("Location")));
        Assert.StartsWith("DataDirectoryUnusable,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_makes_no_backup()
    {
        using var session = Session.WithApp();
        Assert.Empty(session.Run("Get-BackupApp | New-AppBackup -WhatIf"));
        Assert.Empty(session.StoredFiles());
        Assert.Empty(session.Run("Get-AppBackup"));
    }

    [Fact]
    public void Get_AppBackup_filters_newest_first()
    {
        using var session = Session.WithApp();
        session.Run("New-BackupSite second filesystem -Path \"$root/site\" -Prefix two -ExternalDisk");
        session.Run("Register-BackupApp shop.example.com -Version 3 -DataDirectory \"$root/apps/shop\"");
        session.Run("New-AppBackup wiki* -Label 1; New-AppBackup shop* -Label 2; New-AppBackup wiki* -Label 3 -Site second; New-AppBackup * -Label 4");
        Assert.Equal(5, session.Run("Get-AppBackup").Count);
        Assert.Equal(["4", "3", "1"], session.Run("(Get-AppBackup wiki.example.com).Label").Select(label => label.ToString()));
        Assert.Equal("3", session.Run("Get-AppBackup -Site second").Single().Text("Label"));
        Assert.Equal(["4", "4"], session.Run("(Get-AppBackup -Newest).Label").Select(label => label.ToString()));
        Assert.Equal(3, session.Run("Get-BackupApp wiki* | Get-AppBackup").Count);
        Assert.Empty(session.Run("Get-AppBackup nobody*"));
        Assert.StartsWith("BackupsNotFound,", session.Fail("Get-AppBackup nobody").FullyQualifiedErrorId, StringComparison.Ordinal);
        var id = session.Run("(Get-AppBackup)[0].Id")[0].ToString();
        Assert.Equal(id, session.Run($"Get-AppBackup -Id {id}").Single().Text("Id"));
        Assert.StartsWith("BackupNotFound,", session.Fail("Get-AppBackup -Id nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("SiteNotFound,", session.Fail("Get-AppBackup -Site nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_AppBackup_changes_label_and_preservation()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com -Label a");
        Assert.Empty(session.Run("Get-AppBackup | Set-AppBackup -Preserve"));
        var backup = session.Run("Get-AppBackup").Single();
        Assert.Equal(("a", DateTimeOffset.MaxValue), (backup.Text("Label"), backup.Get("PreserveUntil")));
        backup = session.Run("Get-AppBackup | Set-AppBackup -Label '' -Preserve:$false -PassThru").Single();
        Assert.Null(backup.Get("Label"));
        Assert.Null(backup.Get("PreserveUntil"));
    }

    [Fact]
    public void Remove_AppBackup_removes_data_and_record()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com; New-AppBackup wiki.example.com");
        session.Run("Get-AppBackup -Newest | Remove-AppBackup -WhatIf");
        Assert.Equal(2, session.Run("Get-AppBackup").Count);
        session.Run("Get-AppBackup -Newest | Remove-AppBackup -Confirm:$false");
        Assert.Single(session.Run("Get-AppBackup"));
        Assert.Equal(3, session.StoredFiles().Count);
    }

    [Fact]
    public void Test_AppBackup_finds_a_damaged_archive()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        Assert.Equal(true, session.Run("Get-AppBackup | Test-AppBackup -Quiet").Single().BaseObject);
        Damage.Middle(session.StoredFiles().Single(path => path.EndsWith(".tar.gz", StringComparison.Ordinal)));
        Assert.Equal(false, session.Run("Get-AppBackup | Test-AppBackup -Quiet").Single().BaseObject);
        Assert.NotEmpty((System.Collections.IEnumerable)session.Invoke("Get-AppBackup | Test-AppBackup").Single().Get("Problems")!);
        Assert.StartsWith("BackupNotValid,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void An_Rsync_site_makes_plain_folders_that_are_listed_or_read_restored_and_removed()
    {
        using var session = Session.WithApp();
        session.Run("Set-BackupSite local -Format Rsync");
        var backup = session.Run("New-AppBackup wiki.example.com").Single();
        Assert.Equal(("Rsync", "Ready"), (backup.Text("Format"), backup.Text("State")));
        var file = session.StoredFiles().Single(path => path.EndsWith($"{backup.Text("RemotePath")}/data/file-7", StringComparison.Ordinal));
        Assert.Equal(("True", "False", "0"), Tested(""));
        Assert.Equal("True", Tested("-Deep").IsDeep);
        var bytes = File.ReadAllBytes(file);
        bytes[5] ^= 1;
        File.Delete(file); // the snapshot shares it
        File.WriteAllBytes(file, bytes);
        Assert.Equal("True", Tested("").IsValid);
        Assert.Equal("False", Tested("-Deep").IsValid);
        File.Delete(file);
        Assert.Equal("False", Tested("").IsValid);
        session.Run("New-AppBackup wiki.example.com | Restore-AppBackup -Destination \"$root/out\" | Out-Null");
        Assert.Equal(File.ReadAllBytes(Path.Join(session.Data, "file-7")), File.ReadAllBytes(Path.Join(session.Root, "out/data/file-7")));
        session.Run("Get-AppBackup | Remove-AppBackup -Confirm:$false");
        Assert.All(session.StoredFiles(), path => Assert.Contains("/snapshot/", path, StringComparison.Ordinal));

        (string? IsValid, string? IsDeep, string? Bytes) Tested(string how)
        {
            // A backup that is not valid is an error beside the result.
            var result = session.Invoke($"Test-AppBackup {backup.Text("Id")} {how}").Single();
            Assert.Equal(result.Text("IsValid") == "True" ? 0 : 1, session.Errors.Count);
            return (result.Text("IsValid"), result.Text("IsDeep"), result.Text("BytesChecked"));
        }
    }

    [Fact]
    public void Restore_AppBackup_brings_data_and_version_back()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com; Set-BackupApp wiki.example.com -Version 9");
        File.Delete(Path.Join(session.Data, "file-3"));
        session.Run("Get-AppBackup | Restore-AppBackup -WhatIf");
        Assert.False(File.Exists(Path.Join(session.Data, "file-3")));
        var app = session.Run("Get-AppBackup | Restore-AppBackup -Confirm:$false").Single();
        Assert.Equal(("1.2.0", "Installed"), (app.Text("Version"), app.Text("State")));
        Assert.True(File.Exists(Path.Join(session.Data, "file-3")));
        session.Run("Get-AppBackup | Restore-AppBackup -Force");
    }

    [Fact]
    public void Restore_AppBackup_to_a_folder_returns_the_folder_and_does_not_ask()
    {
        using var session = Session.WithApp();
        var folder = session.Run("Get-BackupApp | New-AppBackup | Restore-AppBackup -Destination \"$root/out\"").Single();
        Assert.Equal(Path.Join(session.Root, "out"), Assert.IsType<DirectoryInfo>(folder.BaseObject).FullName);
        Assert.Equal(20, Directory.GetFiles(Path.Join(session.Root, "out/data")).Length);
        Assert.StartsWith("DestinationNotEmpty,", session.Fail("Get-AppBackup | Restore-AppBackup -Destination \"$root/out\"").FullyQualifiedErrorId, StringComparison.Ordinal);
        session.Run("Get-AppBackup | Restore-AppBackup -Destination \"$root/never\" -WhatIf");
        Assert.False(Directory.Exists(Path.Join(session.Root, "never")));
    }

    [Fact]
    public void What_would_destroy_data_asks_and_without_anybody_to_ask_does_nothing()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        foreach (var command in new[] { "Restore-AppBackup", "Remove-AppBackup" })
        {
            session.Invoke($"Get-AppBackup | {command}");
            Assert.Single(session.Errors);
        }
        session.Invoke("Remove-BackupSite local");
        Assert.Single(session.Errors);
        Assert.Single(session.Run("Get-AppBackup"));
    }

    [Fact]
    public void Sync_BackupCatalog_brings_a_lost_catalog_back()
    {
        using var session = Session.WithApp();
        var id = session.Run("New-AppBackup wiki.example.com").Single().Text("Id");
        Directory.Delete(Path.Join(session.Root, "home"), recursive: true);
        session.Run("New-BackupSite local filesystem -Path \"$root/site\" -ExternalDisk");
        Assert.Empty(session.Run("Get-AppBackup"));
        Assert.Equal(id, session.Run("Sync-BackupCatalog").Single().Text("Id"));
        Assert.Equal(id, session.Run("Get-BackupSite | Sync-BackupCatalog").Single().Text("Id"));
        Assert.Equal(true, session.Run("Get-AppBackup | Test-AppBackup -Quiet").Single().BaseObject);
    }

    [Fact]
    public void Progress_has_bytes_rate_and_time_and_ends_completed()
    {
        using var session = Session.WithApp();
        using (var file = File.Create(Path.Join(session.Data, "big")))
        {
            file.SetLength(1_500_000_000);
            file.Write(new byte[100_000]);
        }
        session.Run("New-AppBackup wiki.example.com; New-AppBackup wiki.example.com");
        Assert.NotEmpty(session.Progress);
        Assert.All(session.Progress, record => Assert.Equal("Backing up wiki.example.com", record.Activity));
        Assert.Contains(session.Progress, record => record.StatusDescription.Contains("B/s, ", StringComparison.Ordinal));
        // The second backup knows from the first how much there is.
        Assert.Contains(session.Progress, record => record.PercentComplete > 0 && record.StatusDescription.Contains(" of 1.50 GB", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, session.Progress[^1].RecordType);
    }

    [Fact]
    public void Stopping_the_pipeline_stops_the_backup_and_leaves_nothing()
    {
        using var session = Session.WithApp();
        File.WriteAllText(Path.Join(session.Root, "slow.sh"), $"#!/bin/sh\ntouch {session.Root}/started\nsleep 100\n");
        session.Run("Set-BackupApp wiki.example.com -PreBackupCommand sh, \"$root/slow.sh\"");
        var (shell, result) = session.Begin("New-AppBackup wiki.example.com");
        using (shell)
        {
            SpinWait.SpinUntil(() => File.Exists(Path.Join(session.Root, "started")), TimeSpan.FromSeconds(60));
            shell.Stop();
            Assert.True(result.IsCompleted);
            Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        }
        Assert.Empty(session.StoredFiles());
        Assert.Equal("Failed", session.Run("Get-AppBackup").Single().Text("State"));
        session.Run("Set-BackupApp wiki.example.com -PreBackupCommand @(); New-AppBackup wiki.example.com");
    }

    [Fact]
    public void Names_and_ids_are_completed_on_Tab()
    {
        using var session = Session.WithApp();
        var id = session.Run("New-AppBackup wiki.example.com").Single().Text("Id");
        foreach (var (line, expected) in new[]
        {
            ("New-AppBackup wi", "wiki.example.com"),
            ("Test-AppBackup app_", id),
            ("New-BackupSite x file", "filesystem"),
            ("New-AppBackup wiki.example.com -Site lo", "local"),
        })
        {
            var full = line.StartsWith("New-BackupSite", StringComparison.Ordinal) ? line : line.Replace("-AppBackup ", $"-AppBackup -PlatformHome {session.Root}/home ", StringComparison.Ordinal);
            var script = $"(TabExpansion2 -inputScript '{full}' -cursorColumn {full.Length}).CompletionMatches.CompletionText";
            Assert.Equal(expected, session.Run(script).Single().ToString());
        }
    }

    [Fact]
    public void The_newest_backup_of_a_renamed_app_is_found_although_another_app_has_its_old_location()
    {
        using var session = Session.WithApp();
        var renamed = session.Run("(New-AppBackup wiki.example.com).Id").Single().ToString();
        session.Run("Set-BackupApp wiki.example.com -NewLocation docs.example.com");
        session.Run("Register-BackupApp wiki.example.com -Version 1 -DataDirectory \"$root/apps/a\" -PackageName a");
        var other = session.Run("(New-AppBackup wiki.example.com).Id").Single().ToString();
        Assert.Equal([other, renamed], Ids("*"));
        Assert.Equal([renamed], Ids("docs.example.com"));
        Assert.Equal([other], Ids("wiki.example.com"));
        // A backup at the new location is the newer one, whatever name the app is asked for by.
        var newer = session.Run("(New-AppBackup docs.example.com).Id").Single().ToString();
        Assert.Equal([newer, other], Ids("*"));
        session.Run("Unregister-BackupApp wiki.example.com -Confirm:$false");
        Assert.Contains(newer, Ids("wiki.example.com"));
        Assert.DoesNotContain(renamed, Ids("wiki.example.com"));

        List<string> Ids(string location) => [.. session.Run($"Get-AppBackup {location} -Newest").Select(backup => backup.Text("Id"))];
    }
}
