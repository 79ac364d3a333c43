using System.Text.RegularExpressions;

namespace CloudBackup.Tests.Architecture;

/// <summary>Rules that the sources keep: docs/design.md and CONTRIBUTING.md give the reasons.</summary>
public sealed partial class SourceTests
{
    private static readonly IReadOnlyList<SourceFile> Sources = SourceFile.Below("src", "tools", "tests", "bench", "examples");

    [Fact]
    public void Every_failure_has_one_method_named_as_its_id()
    {
        var errors = Sources.Where(file => Path.GetFileName(file.Path).StartsWith("BackupErrors", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(errors);
        var elsewhere = Sources.Except(errors).Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))
            .Where(file => file.Code.Contains("new BackupException(", StringComparison.Ordinal)).Select(file => file.Path);
        Assert.True(!elsewhere.Any(), $"A failure is made by a method of BackupErrors*.cs, not by:\n{string.Join('\n', elsewhere)}");

        var methods = errors.SelectMany(file => ErrorMethod().Matches(file.Code)).Select(match => match.Groups[1].Value).ToList();
        var ids = errors.SelectMany(file => ErrorId().Matches(file.Code)).Select(match => match.Groups[1].Value + match.Groups[2].Value).ToList();
        var twice = ids.GroupBy(id => id, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key);
        Assert.True(!twice.Any(), $"An id stands for one failure:\n{string.Join('\n', twice)}");
        Assert.All(ids, id => Assert.Matches("^[A-Z][A-Za-z]+$", id));
        var without = methods.Except(ids).Where(method => !method.StartsWith("From", StringComparison.Ordinal));
        Assert.True(!without.Any(), $"The id is the method's name, nameof(...):\n{string.Join('\n', without)}");
    }

    [Fact]
    public void What_the_system_tells_in_proc_is_read_by_the_file_tree_alone()
    {
        var engine = Sources.Where(file => file.IsIn("src/BackupEngine") && file.Code.Contains("/proc/", StringComparison.Ordinal))
            .Select(file => file.Path).ToList();
        Assert.NotEmpty(engine);
        Assert.All(engine, path => Assert.StartsWith("src/BackupEngine/FileTree/", path));
    }

    [GeneratedRegex(@"static BackupException (\w+)\(")]
    private static partial Regex ErrorMethod();

    // The first argument of a constructor, or the first of a tuple that becomes one.
    [GeneratedRegex("""(?:=> new|new BackupException|=>\s*)\(\s*(?:nameof\((\w+)\)|"(\w+)"),""")]
    private static partial Regex ErrorId();
}
