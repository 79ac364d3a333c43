using System.Text.RegularExpressions;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>A platform that imports one archive after the other, and folders where other programs unpack the same ones.</summary>
internal sealed partial class ImportScene : IDisposable
{
    private readonly TestPlatform _platform = new(root: TempFolder.Memory);

    public string Archive => _platform.Folder["archive.any"];

    public async Task<ImportScene> SetUpAsync()
    {
        await _platform.SetUpAsync();
        return this;
    }

    /// <summary>An empty folder; one of that name is removed first.</summary>
    public string MakeFolder(string name)
    {
        using (var parent = LocalFileSystem.Open(_platform.Folder.Path))
        {
            TreeRemoval.Remove(parent, name);
        }
        return _platform.Folder.Make(name);
    }

    /// <summary>Imports the archive: the tree that came out, or the failure.</summary>
    public async Task<(List<string>? Tree, BackupException? Failure)> ImportAsync()
    {
        var options = new AppImportOptions { Location = TestPlatform.Location, Path = Archive, SkipSafetyBackup = true };
        try
        {
            await _platform.Engine.AppBackups.ImportAsync(options, _platform.Observer, TestContext.Current.CancellationToken);
            return (Describe(_platform.Data), null);
        }
        catch (BackupException failure)
        {
            return (null, failure);
        }
    }

    /// <summary>Unpacks the archive with another program: the tree that came out; null when the program failed.</summary>
    public List<string>? Unpack(Archiver archiver, int times = 1)
    {
        var folder = MakeFolder("other");
        ToolResult? result = null;
        for (; times > 0; times--)
        {
            result = Archivers.Run(archiver, folder, Archive);
        }
        return result!.ExitCode == 0 && Directory.Exists(Path.Join(folder, "data")) ? Describe(Path.Join(folder, "data")) : null;
    }

    /// <summary>
    /// The lines that only one of two trees has; empty when they are equal. Of a folder that got the present time in one of them, for an entry that
    /// was not there or came before what is in it, only the name counts.
    /// </summary>
    public static string Compare(IReadOnlyList<string> expected, IReadOnlyList<string> found)
    {
        var bare = expected.Concat(found).Where(line => line == ". dir" || line.EndsWith(" Directory", StringComparison.Ordinal)).ToHashSet();
        var (left, right) = (expected.Select(Bare).ToList(), found.Select(Bare).ToList());
        return string.Join('\n', left.Except(right).Select(line => $"expected {line}").Concat(right.Except(left).Select(line => $"found {line}")));

        string Bare(string line) => FolderFacts().Replace(line, "$1") is var name && bare.Contains(name) ? name : line;
    }

    public void Dispose() => _platform.Dispose();

    /// <summary>
    /// A tree without pipes and devices, which an import leaves out. Folders that no entry stands for get what each program finds right, and the
    /// present time.
    /// </summary>
    private static List<string> Describe(string folder) =>
        [.. Tree.Describe(folder).Where(line => !Special().IsMatch(line)).Select(line => ImpliedFacts().Replace(line.TrimEnd(), "$1"))];

    [GeneratedRegex(" Special [0-7]+ ")]
    private static partial Regex Special();

    [GeneratedRegex(@"(^\. dir| Directory) [0-7]+ \d+:\d+ 1(?:7[5-9]|[89]\d)\d{7}\.\d+( .*)?$")]
    private static partial Regex ImpliedFacts();

    [GeneratedRegex(@"^(\. dir|.* Directory) [0-7]+ \d+:\d+ .*$", RegexOptions.Singleline)]
    private static partial Regex FolderFacts();
}
