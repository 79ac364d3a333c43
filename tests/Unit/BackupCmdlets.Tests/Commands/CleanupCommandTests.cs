using System.Collections.ObjectModel;
using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class CleanupCommandTests
{
    [Fact]
    public void Invoke_BackupCleanup_returns_a_decision_for_each_backup()
    {
        using var session = WithBackups(3, "'2 last'");
        var decisions = session.Run("Invoke-BackupCleanup -IncludeKept");
        Assert.Equal(["Keep last-1 Kept", "Keep last-2 Kept", "Remove outside-policy Removed"], Shown(decisions));
        Assert.All(decisions, decision => Assert.IsType<DateTimeOffset>(decision.Get("Created")));
        Assert.Equal(("local", "wiki.example.com", "Ready"), (decisions[2].Text("Site"), decisions[2].Text("Location"), decisions[2].Text("State")));
        Assert.Equal(2, session.Run("Get-AppBackup").Count);
        Assert.Equal(6, session.StoredFiles().Count);
        Assert.IsType<DateTimeOffset>(session.Run("Get-BackupSite local").Single().Get("LastCleanup"));
    }

    [Fact]
    public void WhatIf_shows_the_plan_and_touches_nothing()
    {
        using var session = WithBackups(3, "'1 last'");
        var files = session.StoredFiles();
        Assert.Equal(
            ["Keep last-1 Planned", "Remove outside-policy Planned", "Remove outside-policy Planned"], Shown(session.Run("Invoke-BackupCleanup local -WhatIf -IncludeKept")));
        Assert.Equal(3, session.Run("$WhatIfPreference = $true; Invoke-BackupCleanup -MaxRemove 1 -IncludeKept").Count);
        Assert.Contains("-MaxRemove allows 1", Assert.Single(session.Warnings), StringComparison.Ordinal);
        Assert.Equal(files, session.StoredFiles());
        Assert.Equal(3, session.Run("Get-AppBackup").Count);
        Assert.Null(session.Run("Get-BackupSite local").Single().Get("LastCleanup"));
    }

    [Fact]
    public void Decisions_are_told_before_anything_is_done()
    {
        using var session = WithBackups(2, "'1 last'");
        session.Run("Invoke-BackupCleanup -Verbose");
        Assert.Contains(session.Verbose, line => line.StartsWith("Removing ", StringComparison.Ordinal) && line.EndsWith("outside-policy.", StringComparison.Ordinal));
    }

    [Fact]
    public void MaxRemove_stops_a_run_that_would_remove_more()
    {
        using var session = WithBackups(3, "'1 last'");
        var error = session.Fail("Invoke-BackupCleanup -MaxRemove 1");
        Assert.Equal(("TooManyRemovals,CloudBackup.Commands.InvokeBackupCleanupCommand", ErrorCategory.InvalidOperation), (error.FullyQualifiedErrorId, error.CategoryInfo.Category));
        Assert.Equal(9, session.StoredFiles().Count);
        Assert.Equal(3, session.Run("Invoke-BackupCleanup -MaxRemove 2 -IncludeKept").Count);
        Assert.Equal(3, session.StoredFiles().Count);
    }

    [Fact]
    public void Sites_are_cleaned_each_by_its_own_policy_and_one_that_fails_does_not_stop_the_others()
    {
        using var session = WithBackups(2, "'1 last'");
        Directory.CreateDirectory(Path.Join(session.Root, "broken"));
        session.Run("$null = New-BackupSite broken filesystem -Path \"$root/broken\" -ExternalDisk -Retention '1 last'");
        session.Run("$null = New-BackupSite second filesystem -Path \"$root/site\" -Prefix two -ExternalDisk; New-AppBackup * -Site second; New-AppBackup * -Site second; New-AppBackup * -Site broken");
        Directory.Delete(Path.Join(session.Root, "broken"), recursive: true);
        var decisions = session.Invoke("Invoke-BackupCleanup -IncludeKept");
        Assert.StartsWith("StorageNotFound,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(["Keep last-1 Kept", "Remove outside-policy Removed", "Keep forever Kept", "Keep forever Kept"], Shown(decisions));
        Assert.Equal(2, session.Run("Get-BackupSite s* | Invoke-BackupCleanup -IncludeKept").Count);
        Assert.StartsWith("SiteNotFound,", session.Fail("Invoke-BackupCleanup nowhere").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_removed_is_one_error_and_stays_for_next_time()
    {
        using var session = WithBackups(2, "'1 last'");
        var oldest = session.Run("(Get-AppBackup)[-1].RemotePath")[0].ToString();
        // Root passes by the modes of a folder, but not by this.
        var index = Path.Join(session.Root, "site", oldest + ".index.gz");
        Assert.SkipUnless(ChangeAttribute("+i", index), "needs chattr, its rights, and a file system that has it");
        var decisions = session.Invoke("Invoke-BackupCleanup -IncludeKept");
        Assert.StartsWith("CleanupFailed,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Failed", decisions[1].Text("Outcome"));
        Assert.NotEmpty(decisions[1].Text("Error"));
        Assert.Equal("Removing", session.Run("(Get-AppBackup)[-1]").Single().Text("State"));
        Assert.True(ChangeAttribute("-i", index));
        Assert.Equal(["Keep last-1 Kept", "Remove removing Removed"], Shown(session.Run("Invoke-BackupCleanup -IncludeKept")));
    }

    [Fact]
    public void The_view_shows_action_and_reason()
    {
        using var session = WithBackups(2, "'1 last'");
        var shown = Support.Shown.By(session, "Invoke-BackupCleanup -IncludeKept");
        Assert.All(["Outcome", "Reason", "Kept", "last-1", "Removed", "outside-policy"], word => Assert.Contains(word, shown, StringComparison.Ordinal));
    }

    private static Session WithBackups(int count, string retention)
    {
        var session = Session.WithApp();
        session.Run($"Set-BackupSite local -Retention {retention}; 1..{count} | ForEach-Object {{ $null = New-AppBackup wiki.example.com }}");
        return session;
    }

    private static IEnumerable<string> Shown(Collection<PSObject> decisions) =>
        decisions.Select(decision => $"{decision.Text("Action")} {decision.Text("Reason")} {decision.Text("Outcome")}");

    private static bool ChangeAttribute(string change, string path)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start("chattr", [change, path]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
