using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class PlatformRestoreCommandTests
{
    private const string Password = "$(${p} = [System.Security.SecureString]::new(); 'correct horse'.ToCharArray() | ForEach-Object { $p.AppendChar($_) }; ,$p)";

    [Fact]
    public void A_platform_moves_with_a_file_and_a_password()
    {
        using var session = MoveAway();
        var preview = session.Run($"Restore-Platform \"$root/move.json\" -Password {Password} -WhatIf").Single();
        Assert.Equal("False", preview.Text("IsRestored"));
        Assert.False(Directory.Exists(session.Data));
        Assert.Empty(session.Run("Get-BackupApp"));
        var result = session.Run($"Restore-Platform \"$root/move.json\" -Password {Password}").Single();
        Assert.Equal(("True", "True", "local"), (result.Text("IsRestored"), result.Text("IsComplete"), result.Text("Site")));
        Assert.Equal("wiki.example.com: Installed", session.Run("(Get-BackupApp) | ForEach-Object { \"$($_.Location): $($_.State)\" }").Single().ToString());
        Assert.Equal(20, Directory.EnumerateFiles(session.Data).Count());
        Assert.Equal("True", session.Run("(New-PlatformBackup).IsComplete").Single().ToString());
        session.Invoke($"Restore-Platform \"$root/move.json\" -Password {Password}");
        Assert.Equal(["PlatformHasApps", "FolderOccupied"], session.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
    }

    [Fact]
    public void What_is_in_the_way_is_an_error_each_and_nothing_is_touched()
    {
        using var session = MoveAway();
        Assert.StartsWith("RestorePasswordNeeded,", session.Fail("Restore-Platform \"$root/move.json\"").FullyQualifiedErrorId, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Join(session.Data, "mine"));
        Assert.StartsWith("FolderOccupied,", session.Fail($"Restore-Platform \"$root/move.json\" -Password {Password}").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("NoDefaultSite,", session.Fail("Restore-Platform").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-BackupApp"));
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(session.Data).Select(Path.GetFileName));
    }

    [Fact]
    public void A_restore_over_content_asks_first_names_what_is_in_the_way_and_keeps_it()
    {
        using var session = MoveAway();
        Directory.CreateDirectory(session.Data);
        File.WriteAllText(Path.Join(session.Data, "mine"), "mine");
        Assert.StartsWith("FolderOccupied,", Failures(session, $"Restore-Platform \"$root/move.json\" -Password {Password} -Force")[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        // The session has no one to ask, so it must not restore.
        Assert.NotEmpty(Failures(session, $"Restore-Platform \"$root/move.json\" -Password {Password} -SetContentAside"));
        Assert.Contains(session.Warnings, warning => warning.Contains("is kept beside it", StringComparison.Ordinal));
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(session.Data).Select(Path.GetFileName));
        var result = session.Run($"Restore-Platform \"$root/move.json\" -Password {Password} -SetContentAside -Force").Single();
        Assert.Equal("True", result.Text("IsComplete"));
        var kept = Assert.Single((IReadOnlyList<object>)result.Get("KeptFolders")!);
        var path = Assert.Single(Directory.EnumerateDirectories(session.Root, "data.before-restore-*"));
        Assert.Equal($"{session.Data}: {path}", kept.ToString());
        Assert.Contains(session.Warnings, warning => warning.Contains(path, StringComparison.Ordinal));
        Assert.Equal("mine", File.ReadAllText(Path.Join(path, "mine")));
    }

    [Fact]
    public void A_wrong_password_is_a_failed_check_of_a_preview_and_an_error_otherwise()
    {
        using var session = MoveAway();
        var wrong = Password.Replace("correct", "wrong", StringComparison.Ordinal);
        var preview = session.Run($"(Restore-Platform \"$root/move.json\" -Password {wrong} -WhatIf).Checks").Single();
        Assert.Equal(("Keys", "Failed"), (preview.Text("Name"), preview.Text("Outcome")));
        Assert.StartsWith("RestorePasswordWrong,", session.Fail($"Restore-Platform \"$root/move.json\" -Password {wrong}").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Views_show_checks_and_apps()
    {
        using var session = MoveAway();
        var shown = Shown.By(session, $"Restore-Platform \"{session.Root}/move.json\" -SkipAppRestore -Password {Password} -WarningAction SilentlyContinue -OutVariable result; $result.Checks; $result.Apps");
        Assert.All(["Not installed", "wiki.example.com", "Outcome", "Passed", "The password opens the backup."], word => Assert.Contains(word, shown, StringComparison.Ordinal));
    }

    [Fact]
    public void Restore_AppBackup_makes_a_safety_backup_unless_told_not_to()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        session.Run("Get-AppBackup -Newest | Restore-AppBackup -Force -SkipSafetyBackup");
        Assert.Single(session.Run("Get-AppBackup"));
        session.Run("Get-AppBackup -Newest | Restore-AppBackup -Force");
        Assert.Equal("before restore", session.Run("Get-AppBackup")[0].Text("Label"));
        Assert.Equal(2, session.Run("Get-AppBackup").Count);
    }

    [Fact]
    public void A_backup_that_anyone_can_have_written_asks_first_and_shows_its_folders()
    {
        using var session = MoveAway(isEncrypted: false);
        session.Run("Restore-Platform \"$root/move.json\" -WhatIf");
        Assert.Contains(session.Warnings, warning => warning.Contains(session.Data, StringComparison.Ordinal));
        // The session has no one to ask, so it must not restore.
        foreach (var consent in new[] { "", "-AllowCommand", "-AllowSystemFolder" })
        {
            Assert.NotEmpty(Failures(session, $"Restore-Platform \"$root/move.json\" {consent}"));
            Assert.Contains(session.Warnings, warning => warning.Contains(session.Data, StringComparison.Ordinal));
            Assert.False(Directory.Exists(session.Data));
        }
        Assert.Equal("True", session.Run("Restore-Platform \"$root/move.json\" -Force").Single().Text("IsComplete"));
    }

    [Fact]
    public void A_backup_that_anyone_can_have_written_fills_folders_of_the_system_only_with_consent()
    {
        using var session = MoveAway(isEncrypted: false, extra: ".ssh");
        var hidden = Path.Join(session.Root, ".ssh");
        foreach (var consent in new[] { "-Force", "-Force -AllowCommand" })
        {
            var failure = session.Fail($"Restore-Platform \"$root/move.json\" {consent}");
            Assert.StartsWith("SystemFolderRefused,", failure.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.False(Directory.Exists(hidden));
            Assert.False(Directory.Exists(session.Data));
        }
        session.Run("Restore-Platform \"$root/move.json\" -Force -AllowSystemFolder");
        Assert.True(File.Exists(Path.Join(hidden, "authorized_keys")));
    }

    private static List<System.Management.Automation.ErrorRecord> Failures(Session session, string script)
    {
        session.Invoke(script);
        return session.Errors;
    }

    /// <summary>A platform was backed up, and its machine is gone: home and data are elsewhere.</summary>
    private static Session MoveAway(bool isEncrypted = true, string? extra = null)
    {
        var session = Session.WithApp();
        if (isEncrypted)
        {
            session.Run($"Set-BackupSite local -Password {Password}");
        }
        if (extra is not null)
        {
            File.WriteAllText(Path.Join(Directory.CreateDirectory(Path.Join(session.Root, extra)).FullName, "authorized_keys"), "key");
            session.Run($"Set-Platform -ExtraDirectory \"$root/{extra}\"");
        }
        session.Run("New-PlatformBackup | Export-BackupSite -Path \"$root/move.json\"");
        Directory.Move(session.Data, session.Data + ".lost");
        Directory.Move(Path.Join(session.Root, "home"), Path.Join(session.Root, "home.lost"));
        if (extra is not null)
        {
            Directory.Move(Path.Join(session.Root, extra), Path.Join(session.Root, "extra.lost"));
        }
        return session;
    }
}
