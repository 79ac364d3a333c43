using System.Diagnostics;
using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

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
    [InlineData("[[:]ab]", "[ab]", true)]
    [InlineData("[[:]ab]", "a", false)]
    [InlineData("[[:nonsense:]a]", "a", false)]
    [InlineData("[![:nonsense:]]", "b", false)]
    [InlineData("[[:", "[[:", false)]
    [InlineData("[a-", "a", false)]
    [InlineData("x\\", "x", false)]
    [InlineData("?", "\u00E4", false)]
    [InlineData("??", "\u00E4", true)]
    [InlineData("????", "\U0001F600", true)]
    [InlineData("[\u00E4]", "\u00E4", false)]
    [InlineData("[\u00E4][\u00E4]", "\u00E4", true)]
    public void Patterns_mean_what_they_mean_in_gitignore(string pattern, string path, bool excluded) =>
        Assert.Equal(excluded, new ExcludeRules([pattern]).IsExcluded(path, Path.GetFileName(path), isDirectory: false));

    [Theory]
    [InlineData("*a*a*a*a*a*a*a*a*b")]
    [InlineData("/**/*a*/**/*a*/**/*a*/**/*a*/**/b")]
    [InlineData("**a**a**a**a**a**a**b")]
    [InlineData("/*[a]*[a]*[a]*[a]*[a]*?*?*?*b")]
    public void No_name_keeps_a_pattern_busy(string pattern)
    {
        var rules = new ExcludeRules([pattern]);
        Assert.False(rules.IsExcluded(new string('a', 250), new string('a', 250), isDirectory: false));
        var deep = string.Join('/', Enumerable.Repeat("aaaaaaa", 500));
        Assert.False(rules.IsExcluded(deep, "aaaaaaa", isDirectory: false));
    }

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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_patterns_of_any_bytes_agree_with_git(int seed)
    {
        using var folder = new TempFolder();
        Git(folder.Path, "", "init", "-q");
        var random = new SeededRandom(seed);
        string[] atoms =
        [
            "a", "b", "-", "]", "[", ":", "!", "^", " ", "\\", "/", "*", "**", "?", "\u00E4", "\udce4", "\udcff", "\U0001F600", "\t", "\v", "~", "Z", "[a-b]", "[!-]", "[]-a]", "[^]]",
            "[b-a]", "[\\]]", "[a\\-b]", "[[:]ab]", "[[:space:]]", "[[:punct:]x]", "[[:nope:]]", "[[:alpha:]-z]", "[a-\u00E4]", "[/]", "[![:print:]]", "**/", "/**", "\\/", "\\*", "\\ ", "#",
        ];
        string[] letters = ["a", "b", "-", "]", "[", ":", "!", "^", " ", "\\", "*", "?", "\u00E4", "\udce4", "\udcff", "\U0001F600", "\t", "\v", "~", "Z", "#", "ab"];
        for (var round = 0; round < 60; round++)
        {
            string Random(string[] from, int most) => string.Concat(Enumerable.Range(0, 1 + random.Next(most)).Select(_ => from[random.Next(from.Length)]));
            var patterns = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Random(atoms, 6)).ToList();
            var paths = Enumerable.Range(0, 200).Select(_ => string.Join('/', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Random(letters, 3)))).Distinct().ToList();
            File.WriteAllBytes(folder[".gitignore"], [.. patterns.SelectMany(pattern => PathText.ToBytes(pattern + "\n"))]);
            File.WriteAllBytes(folder["paths"], [.. paths.SelectMany(path => PathText.ToBytes($"./{path}\0"))]);
            var output = Git(folder.Path, File.ReadAllBytes(folder["paths"]), "check-ignore", "--no-index", "-z", "--stdin");
            var ignored = PathText.FromBytes(output).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(path => path[2..]).ToHashSet();
            var rules = new ExcludeRules(patterns);
            foreach (var path in paths)
            {
                Assert.True(ignored.Contains(path) == IsOut(rules, path), $"[{string.Join(" | ", patterns)}] on {PathText.ForDisplay(path)}: git says {ignored.Contains(path)}");
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

    private static string Git(string folder, string input, params string[] arguments) =>
        Encoding.UTF8.GetString(Git(folder, Encoding.UTF8.GetBytes(input), arguments));

    private static byte[] Git(string folder, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        using var output = new MemoryStream();
        var reading = git.StandardOutput.BaseStream.CopyToAsync(output);
        git.StandardInput.BaseStream.Write(input);
        git.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        git.WaitForExit();
        return output.ToArray();
    }
}
