using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>What users read is written as docs/style.md says.</summary>
public sealed partial class StyleTests
{
    private static readonly IReadOnlyList<string> Texts =
    [
        Path.Join(Repository.Root, "README.md"),
        .. Directory.EnumerateFiles(Path.Join(Repository.Root, "docs", "en-US"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Join(Repository.Root, "src", "BackupEngine", "Errors"), "BackupErrors*.cs"),
    ];

    [Fact]
    public void Readme_help_and_errors_use_no_phrase_that_has_to_be_read_twice()
    {
        Assert.True(Texts.Count > 40);
        var found = Texts.SelectMany(file => File.ReadLines(file).SelectMany((line, number) => Banned().Matches(line)
            .Select(match => $"{Path.GetRelativePath(Repository.Root, file)}({number + 1}): '{match.Value.Trim()}'"))).ToList();
        Assert.True(found.Count == 0, $"Say it as docs/style.md does:\n{string.Join('\n', found)}");
    }

    [Theory]
    [InlineData("A wrong password is told at once.")]
    [InlineData("The restore is gone on with by the next one.")]
    [InlineData("A restore goes on where it stopped.")]
    [InlineData("It is for somebody who looks.")]
    [InlineData("'x' is no name of a bucket.")]
    [InlineData("The file lies in data.")]
    [InlineData("Of an archive only the parts are read, as said.")]
    public void The_check_knows_the_phrases_of_the_guide(string text) => Assert.Matches(Banned(), text);

    [Theory]
    [InlineData("There is no backup 'x'.")]
    [InlineData("CloudBackup reports a wrong password at once.")]
    [InlineData("The next restore resumes an interrupted one.")]
    public void The_check_lets_plain_sentences_pass(string text) => Assert.DoesNotMatch(Banned(), text);

    [GeneratedRegex(
        @"\b(is|are|was|were) told\b|\btells?\b|\bgone on with\b|\bgo(es)? on\b|\bnone of ours\b|\b(nobody|somebody|whoever)\b"
        + @"|(?<!\bthere) is no [a-z]|\bstands? in\b|\blies? in\b|\bgives? away\b|\bput right\b|(?-i:(^|\. )Of [a-z])[^.]*, ",
        RegexOptions.IgnoreCase)]
    private static partial Regex Banned();
}
