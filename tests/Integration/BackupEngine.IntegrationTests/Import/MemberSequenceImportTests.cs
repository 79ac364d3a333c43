using System.Text.RegularExpressions;
using CsCheck;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>
/// Archives made member by member: an import brings what GNU tar or bsdtar unpacks, and refuses only what GNU tar refuses, or what the help says.
/// With CsCheck_Time=SECONDS in the environment the test goes on for so long.
/// </summary>
public sealed partial class MemberSequenceImportTests
{
    [Fact]
    public async Task Whatever_a_tar_archive_holds_comes_in_as_tar_programs_unpack_it()
    {
        Tools.NeedRoot();
        Tools.Need("tar", "bsdtar");
        using var scene = await new ImportScene().SetUpAsync();
        var compared = 0;
        await MemberSequence.Any.SampleAsync(
            async sequence =>
            {
                await File.WriteAllBytesAsync(scene.Archive, sequence.Make(), TestContext.Current.CancellationToken);
                var (found, failure) = await scene.ImportAsync();
                if (sequence.IsJoined)
                {
                    Assert.True(failure is not null, "The second archive was left out.");
                    return;
                }
                var trees = Archivers.Untar.Select(archiver => scene.Unpack(archiver)).ToList();
                var expected = trees.OfType<List<string>>().ToList();
                if (found is null)
                {
                    // bsdtar takes a header for the content of a hard link whose size it believes.
                    var isKnown = trees[0] is null || failure!.Message.Contains("it is a hard link to a folder", StringComparison.Ordinal);
                    Assert.True(isKnown, $"{failure?.ErrorId}: {failure?.Message}");
                    return;
                }
                if (expected.Count == 0)
                {
                    return;
                }
                var difference = Compare(expected.ConvertAll(tree => tree.ConvertAll(WithoutFolderFacts)), found.ConvertAll(WithoutFolderFacts));
                Assert.True(difference.Length == 0, difference);
                compared++;
            },
            iter: 400,
            threads: 1);
        Assert.True(compared > 200, "Most archives could not be compared.");
    }

    /// <summary>
    /// What one program unpacks otherwise than the other may be either way. A folder that only leads to a pipe, which an import leaves out, need
    /// not be there.
    /// </summary>
    private static string Compare(List<List<string>> expected, List<string> found)
    {
        var all = expected.SelectMany(tree => tree).ToHashSet();
        var common = all.Where(line => expected.TrueForAll(tree => tree.Contains(line)) && !line.EndsWith(" Directory", StringComparison.Ordinal));
        return string.Join('\n', [.. found.Where(line => !all.Contains(line)).Select(line => $"found {line}"),
            .. common.Where(line => !found.Contains(line)).Select(line => $"expected {line}")]);
    }

    /// <summary>GNU tar forgets the times of folders when a global header comes, and both programs where a path is an odd one.</summary>
    private static string WithoutFolderFacts(string line) => FolderFacts().Replace(line, "$1");

    [GeneratedRegex(@"^(\. dir|.* Directory) [0-7]+ \d+:\d+ [-.\d]+$", RegexOptions.Singleline)]
    private static partial Regex FolderFacts();
}
