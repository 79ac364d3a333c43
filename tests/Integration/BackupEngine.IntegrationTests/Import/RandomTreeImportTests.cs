using System.Text.RegularExpressions;
using CsCheck;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>
/// Random trees, packed by the programs of this machine: an import brings the tree that these programs unpack. With CsCheck_Time=SECONDS in the
/// environment the tests go on for so long.
/// </summary>
public sealed partial class RandomTreeImportTests
{
    [Fact]
    public async Task A_tar_archive_comes_in_as_tar_programs_unpack_it() =>
        await CheckAsync(RandomTree.Any, Archivers.Tar, Archivers.Wrappers, Archivers.Untar, line => line, iterations: 250);

    [Fact]
    public async Task A_zip_archive_comes_in_as_zip_programs_unpack_it() =>
        await CheckAsync(RandomTree.ForZip, Archivers.Zip, [new("sh", "true")], Archivers.Unzip, WithoutTimes, iterations: 100);

    private static async Task CheckAsync(
        Gen<RandomTree> trees,
        IReadOnlyList<Archiver> packers,
        IReadOnlyList<Archiver> wrappers,
        IReadOnlyList<Archiver> unpackers,
        Func<string, string> line,
        int iterations)
    {
        Tools.NeedRoot();
        Tools.Need("tar", "find", "sort", "sh");
        using var scene = await new ImportScene().SetUpAsync();
        var compared = 0;
        await Gen.Select(trees, OneOf(packers), OneOf(wrappers), OneOf(unpackers)).SampleAsync(
            async (tree, packer, wrapper, unpacker) =>
            {
                var source = scene.MakeFolder("source");
                Directory.CreateDirectory(Path.Join(source, "data"));
                tree.Make(Path.Join(source, "data"));
                File.Delete(scene.Archive);
                // What a format does not take is left out, and the program fails: the rest is compared.
                Archivers.Run(packer, source, scene.Archive);
                Archivers.Run(wrapper, source, scene.Archive);
                var expected = scene.Unpack(packer.Reference ?? unpacker);
                var (found, failure) = await scene.ImportAsync();
                if (expected is null)
                {
                    return;
                }
                Assert.True(found is not null, $"{failure?.ErrorId}: {failure?.Message}");
                // GNU tar does not give folders all that they had when they come after what is in them.
                var kept = packer.Reference is null ? line : text => FolderFacts().Replace(text, " Directory");
                var difference = ImportScene.Compare([.. expected.Select(kept)], [.. found.Select(kept)]);
                Assert.True(difference.Length == 0, difference);
                compared++;
            },
            iter: iterations,
            threads: 1,
            print: sample => $"{sample.Item2.Command} | {sample.Item3.Command} | {(sample.Item2.Reference ?? sample.Item4).Program}: {sample.Item1}");
        Assert.True(compared > iterations / 2, "Most archives could not be compared.");
    }

    private static Gen<Archiver> OneOf(IReadOnlyList<Archiver> archivers)
    {
        var present = archivers.Where(archiver => Tools.Has(archiver.Program)).ToList();
        return Gen.Int[0, present.Count - 1].Select(i => present[i]);
    }

    /// <summary>Not every zip has entries for folders, and none has links' times.</summary>
    private static string WithoutTimes(string line) => FolderFacts().Replace(LinkFacts().Replace(line, " -> "), " Directory");

    [GeneratedRegex(@"(?<= SymbolicLink) .* -> ", RegexOptions.Singleline)]
    private static partial Regex LinkFacts();

    [GeneratedRegex(@"^\. dir .*| Directory [0-7]+ \d+:\d+ [-\d.]+ ?.*$", RegexOptions.Singleline)]
    private static partial Regex FolderFacts();
}
