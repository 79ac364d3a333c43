using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>The tests of a type are found: in a file of its name at the same place, or on the page that says which file has them.</summary>
public sealed partial class TestNameTests
{
    private const string Page = "tests/Unit/README.md";
    private const string Ending = "Tests.cs";

    private static readonly string[] Projects = ["BackupEngine", "BackupCmdlets"];

    /// <summary>Every file of the sources, without what comes after the first dot of its name.</summary>
    private static readonly HashSet<string> Sources =
        [.. SourceFile.Below("src", "tools").Select(file => $"{Path.GetDirectoryName(file.Path)}/{Path.GetFileName(file.Path).Split('.')[0]}")];

    private static readonly HashSet<string> SourceNames = [.. Sources.Select(path => Path.GetFileName(path))];

    [Fact]
    public void A_test_file_has_the_name_of_a_source_file_at_its_place_or_is_on_the_page()
    {
        var listed = Rows().Select(row => row.Tests).ToHashSet();
        Assert.True(listed.Count > 50);
        var lost = Tests().Where(test => !IsMirrored(test) && !listed.Contains(test));
        Assert.True(!lost.Any(), $"Name them after a type of the mirrored folder, or add them to {Page}:\n{string.Join('\n', lost)}");
    }

    [Fact]
    public void The_page_names_only_what_there_is_and_says_why()
    {
        var tests = Tests().ToHashSet();
        var rows = Rows().ToList();
        var wrong = rows.Where(row => !tests.Contains(row.Tests)).Select(row => $"{row.Tests}: no such file")
            .Concat(rows.Where(row => IsMirrored(row.Tests)).Select(row => $"{row.Tests}: is found without the page"))
            .Concat(rows.Where(row => row.Why.Length == 0).Select(row => $"{row.Tests}: no reason"))
            .Concat(rows.SelectMany(row => row.Types.Where(type => !SourceNames.Contains(type)).Select(type => $"{row.Tests}: no {type}.cs")));
        Assert.True(!wrong.Any(), $"{Page}:\n{string.Join('\n', wrong)}");
    }

    /// <summary>Each file of tests as <c>Project/Folder/Name</c>.</summary>
    private static IEnumerable<string> Tests() =>
        from project in Projects
        from file in SourceFile.Below($"tests/Unit/{project}.Tests")
        where file.Path.EndsWith(Ending, StringComparison.Ordinal)
        select $"{project}{file.Path[$"tests/Unit/{project}.Tests".Length..^".cs".Length]}";

    private static bool IsMirrored(string test) => Sources.Contains($"src/{test[..^"Tests".Length]}");

    /// <summary>The rows of the page's tables.</summary>
    private static IEnumerable<Row> Rows()
    {
        var project = "";
        foreach (var line in File.ReadLines(Path.Join(Repository.Root, Page)))
        {
            project = Array.Find(Projects, name => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains($"`{name}.Tests`", StringComparison.Ordinal)) ?? project;
            if (TableRow().Match(line) is { Success: true } match)
            {
                yield return new Row($"{project}/{match.Groups[1].Value}", [.. CodeSpan().Matches(match.Groups[2].Value).Select(type => type.Groups[1].Value)], match.Groups[3].Value);
            }
        }
    }

    [GeneratedRegex(@"^\| `([\w/]+)` \|(.*?)\| (.*) \|$")]
    private static partial Regex TableRow();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex CodeSpan();

    /// <summary>A line of the page.</summary>
    /// <param name="Tests">The file of tests.</param>
    /// <param name="Types">The types that keep the promise.</param>
    /// <param name="Why">The promise.</param>
    private sealed record Row(string Tests, IReadOnlyList<string> Types, string Why);
}
