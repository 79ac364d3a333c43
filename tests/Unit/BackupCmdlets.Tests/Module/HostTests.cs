using System.Diagnostics;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Module;

public sealed class HostTests
{
    [Fact]
    public void A_command_runs_and_output_goes_to_standard_output()
    {
        using var session = Session.WithApp();
        var result = Shown.Run(session, "-Command", "Get-BackupApp | New-AppBackup -Verbose");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Ready", result.Output, StringComparison.Ordinal);
        Assert.Contains("VERBOSE: Backing up", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-BackupApp nobody", 1)]
    [InlineData("throw 'broken'", 1)]
    [InlineData("this-is-no-command", 1)]
    [InlineData("if (", 1)]
    [InlineData("exit 7", 7)]
    [InlineData("try { Get-BackupApp nobody -ErrorAction Stop } catch { 'caught' }", 0)]
    [InlineData("Get-BackupApp nobody -ErrorAction SilentlyContinue", 0)]
    public void The_exit_code_tells_of_errors(string command, int expected)
    {
        using var session = new Session();
        var result = Shown.Run(session, "-Command", command);
        Assert.Equal(expected, result.ExitCode);
        if (expected == 1)
        {
            Assert.NotEmpty(result.Error);
            Assert.Empty(result.Output.Trim());
        }
    }

    [Fact]
    public void A_script_runs_with_its_arguments()
    {
        using var session = new Session();
        var script = Path.Join(session.Root, "a script.ps1");
        File.WriteAllText(script, "param([string] $Name, [switch] $Loud, [int] $Count = 1, [Parameter(ValueFromRemainingArguments)] $Rest)\n\"$Name/$Loud/$Count/$Rest\"\n");
        Assert.Equal("a b/True/3/x y", Shown.Run(session, "-File", script, "-Name", "a b", "-Loud", "-Count:3", "x", "y").Output.Trim());
        Assert.Equal("plain/False/1/", Shown.Run(session, "-File", script, "plain").Output.Trim());
        Assert.Equal(2, Shown.Run(session, "-File", script + "x").ExitCode);
    }

    [Fact]
    public void Version_help_and_wrong_command_lines_are_answered()
    {
        using var session = new Session();
        Assert.Equal("cloudbackup 0.1.0", Shown.Run(session, "-Version").Output.Trim());
        Assert.Contains("-Command", Shown.Run(session, "--help").Output, StringComparison.Ordinal);
        Assert.Equal(2, Shown.Run(session, "-Nonsense").ExitCode);
    }

    [Fact]
    public void Questions_without_a_terminal_are_errors_not_hangs()
    {
        using var session = Session.WithApp();
        session.Run("New-AppBackup wiki.example.com");
        var result = Shown.Run(session, "-Command", "Get-AppBackup | Remove-AppBackup");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no one to ask", result.Error, StringComparison.Ordinal);
        Assert.Single(session.Run("Get-AppBackup"));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public void A_signal_stops_the_run_and_leaves_nothing_half_made(string signal)
    {
        using var session = Session.WithApp();
        var maintenance = Path.Join(session.Root, "maintenance");
        using (var large = File.Create(Path.Join(session.Data, "large")))
        {
            // Takes seconds to compress.
            var text = System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(500_000)));
            Enumerable.Range(0, 300).ToList().ForEach(_ => large.Write(text));
        }
        session.Run($"Set-BackupApp wiki.example.com -PreBackupCommand touch, {maintenance} -PostBackupCommand rm, {maintenance}");
        using var process = Shown.StartObeying(signal, session, "-Command", "New-AppBackup wiki.example.com");
        SpinWait.SpinUntil(() => File.Exists(maintenance), TimeSpan.FromSeconds(60));
        Kill(signal, process);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(session.StoredFiles());
        Assert.False(File.Exists(maintenance));
    }

    [Fact]
    public void A_signal_that_the_parent_ignores_stops_nothing()
    {
        using var session = Session.WithApp();
        var flag = Path.Join(session.Root, "started");
        session.Run($"Set-BackupApp wiki.example.com -PreBackupCommand sh, -c, 'touch {flag}; sleep 1'");
        using var process = Shown.StartIgnoring("HUP", session, "-Command", "New-AppBackup wiki.example.com");
        SpinWait.SpinUntil(() => File.Exists(flag), TimeSpan.FromSeconds(60));
        Kill("HUP", process);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, process.ExitCode);
        Assert.NotEmpty(session.StoredFiles());
    }

    private static void Kill(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}
