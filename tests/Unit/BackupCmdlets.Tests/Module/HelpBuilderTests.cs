using System.Diagnostics;
using System.Text.RegularExpressions;
using CloudBackup.Cmdlets.Tests.Support;
using CloudBackup.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Module;

/// <summary>The build's help compiler refuses pages that lack something or tell what is not so.</summary>
public sealed class HelpBuilderTests : IDisposable
{
    private readonly string _root = Path.Join("/tmp", $"cloudbackup-help-test-{Guid.CreateVersion7()}");

    public HelpBuilderTests()
    {
        foreach (var page in Directory.EnumerateFiles(Path.Join(Repository.Root, "docs/en-US"), "*.md", SearchOption.AllDirectories))
        {
            var copy = Path.Join(Pages, Path.GetRelativePath(Path.Join(Repository.Root, "docs/en-US"), page));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(page, copy);
        }
    }

    private string Pages => Path.Join(_root, "pages");

    private string Output => Path.Join(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_pages_of_the_project_are_compiled()
    {
        Assert.Equal((0, ""), Run());
        Assert.True(File.Exists(Path.Join(Output, "BackupCmdlets.dll-Help.xml")));
        Assert.True(File.Exists(Path.Join(Output, "about_CloudBackup.help.txt")));
    }

    [Fact]
    public void Pages_that_are_not_so_are_refused_each_at_its_place()
    {
        var wrong = new (string Page, string From, string To, string Expected)[]
        {
            ("Get-AppBackup.md", "### -Newest\n", "### -Newst\n", "Get-AppBackup has a parameter -Newest"),
            ("Get-AppBackup.md", "## Related links", "## Links", "The section '## Related links' is missing."),
            ("Get-AppBackup.md", "Only backups of this site.", "", "Nothing is said of -Site."),
            ("Get-AppBackup.md", "(New-AppBackup.md)", "(New-Nothing.md)", "There is no page 'New-Nothing.md'."),
            ("Get-AppBackup.md", "-Newest | Test-AppBackup", "-New | Test-AppBackup", "Get-AppBackup has no parameter -New."),
            ("Get-BackupApp.md", "# Get-BackupApp\n", "# Get-BackupApps\n", "The page begins with '# Get-BackupApp'."),
            ("Get-BackupApp.md", "New-AppBackup | Test-AppBackup", "New-AppBackup | Test-AppBackups", "There is no cmdlet Test-AppBackups."),
            ("Set-AppBackup.md", "### CloudBackup.AppBackup\n\nThe changed", "### CloudBackup.BackupSite\n\nThe changed", "[OutputType] of Set-AppBackup says CloudBackup.AppBackup"),
            ("Set-AppBackup.md", "### CloudBackup.AppBackup\n\nBackups", "### CloudBackup.SiteLimits\n\nBackups", "takes no CloudBackup.SiteLimits from the pipeline"),
            ("Test-AppBackup.md", "### System.String", "### System.Int32", "takes System.String from the pipeline"),
            ("Test-AppBackup.md", "### -Quiet\n", "### -Silent\n", "Test-AppBackup has no parameter -Silent."),
            ("Test-AppBackup.md", "(Test-AppBackup app", "((Test-AppBackup app", "Missing closing ')'"),
            ("parameters/common.md", "## -WhatIf", "## -WhatElse", "No cmdlet whose page links here has a parameter -WhatElse"),
            ("about_CloudBackup.md", "wiki.example.com -Version", "wiki.example.com -Versions", "Register-BackupApp has no parameter -Versions."),
        };
        foreach (var (page, from, to, _) in wrong)
        {
            var path = Path.Join(Pages, page);
            var text = File.ReadAllText(path);
            Assert.Contains(from, text, StringComparison.Ordinal);
            File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        }
        var (exitCode, errors) = Run();
        Assert.Equal(1, exitCode);
        var lines = errors.Split('\n');
        Assert.All(wrong, expected => Assert.Contains(lines, line => line.Contains(expected.Expected, StringComparison.Ordinal)
            && Regex.IsMatch(line, $@"/{Regex.Escape(expected.Page)}\(\d+\): error HELP1: ")));
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void A_cmdlet_without_page_and_a_page_without_cmdlet_are_refused()
    {
        File.Move(Path.Join(Pages, "Test-AppBackup.md"), Path.Join(Pages, "Test-Nothing.md"));
        var (exitCode, errors) = Run();
        Assert.Equal(1, exitCode);
        Assert.Contains("Test-AppBackup has no help page.", errors, StringComparison.Ordinal);
        Assert.Contains("There is no cmdlet Test-Nothing.", errors, StringComparison.Ordinal);
    }

    private (int ExitCode, string Errors) Run()
    {
        var start = new ProcessStartInfo("dotnet", [Built.HelpBuilder, Built.CmdletAssembly, Pages, Output]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
