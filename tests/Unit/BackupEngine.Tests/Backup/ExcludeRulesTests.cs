using System.Diagnostics;
using CloudBackup.Backup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

public sealed class ExcludeRulesTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "deep/down/a.log", true)]
    [InlineData("*.log", "a.logs", false)]
    [InlineData("/a.log", "deep/a.log", false)]
    [InlineData("cache/", "cache", false)]
    [InlineData("deep/*.log", "deep/a.log", true)]
    [InlineData("deep/*.log", "deep/down/a.log", false)]
    [InlineData("**/down", "deep/down", true)]
    [InlineData("deep/**", "deep/down/x", true)]
    [InlineData("deep/**", "deep", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("\\#x", "#x", true)]
    [InlineData("# comment", "# comment", false)]
    [InlineData("", "x", false)]
    [InlineData("trailing  ", "trailing", true)]
    [InlineData("kept\\ ", "kept ", true)]
    public void Patterns_mean_what_they_mean_in_gitignore(string pattern, string path, bool excluded) =>
        Assert.Equal(excluded, new ExcludeRules([pattern]).IsExcluded(path, Path.GetFileName(path), isDirectory: false));

    [Fact]
    public void The_last_match_decides_and_an_exclamation_mark_takes_back()
    {
        var rules = new ExcludeRules(["*.log", "!keep.log", "/logs/"]);
        Assert.True(rules.IsExcluded("x.log", "x.log", false));
        Assert.False(rules.IsExcluded("keep.log", "keep.log", false));
        Assert.True(rules.IsExcluded("logs", "logs", true));
        Assert.False(rules.IsExcluded("logs", "logs", false));
    }

    [Fact]
    public void Exact_paths_are_out_whatever_the_patterns_say()
    {
        var rules = new ExcludeRules(["!app.db"], ["app.db"]);
        Assert.True(rules.IsExcluded("app.db", "app.db", false));
        Assert.False(rules.IsExcluded("other/app.db", "app.db", false));
    }

    [Fact]
    public void Random_patterns_agree_with_git()
    {
        using var folder = new TempFolder();
        Git(folder.Path, "", "init", "-q");
        var random = new SeededRandom(42);
        string[] parts = ["a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "a*", "*b", "x.y", "*.y", "\\*", "[[:alpha:]]", "a**b", "***", "[]a]", "[a-"];
        string[] names = ["a", "b", "ab", "x.y", "aab", "*", "]", "[a-", "c"];
        for (var round = 0; round < 40; round++)
        {
            var patterns = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => RandomPattern(random, parts)).ToList();
            var paths = Enumerable.Range(0, 60)
                .Select(_ => string.Join('/', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => names[random.Next(names.Length)])))
                .Distinct().ToList();
            File.WriteAllLines(folder[".gitignore"], patterns);
            var ignored = Git(folder.Path, string.Join('\0', paths) + "\0", "check-ignore", "--no-index", "-z", "--stdin")
                .Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            var rules = new ExcludeRules(patterns);
            foreach (var path in paths)
            {
                Assert.True(ignored.Contains(path) == IsOut(rules, path), $"[{string.Join(" | ", patterns)}] on {path}: git says {ignored.Contains(path)}");
            }
        }
    }

    /// <summary>As the walk does it: what is below a folder that is out is out.</summary>
    private static bool IsOut(ExcludeRules rules, string path)
    {
        var parts = path.Split('/');
        for (var i = 1; i <= parts.Length; i++)
        {
            if (rules.IsExcluded(string.Join('/', parts[..i]), parts[i - 1], isDirectory: i < parts.Length))
            {
                return true;
            }
        }
        return false;
    }

    private static string RandomPattern(SeededRandom random, string[] parts)
    {
        var pattern = string.Join('/', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => parts[random.Next(parts.Length)]));
        return (random.Next(5) == 0 ? "!" : "") + (random.Next(4) == 0 ? "/" : "") + pattern + (random.Next(4) == 0 ? "/" : "");
    }

    private static string Git(string folder, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        git.StandardInput.Write(input);
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output;
    }
}
