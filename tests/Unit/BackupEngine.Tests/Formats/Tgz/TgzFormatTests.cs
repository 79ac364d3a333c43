using System.Formats.Tar;
using System.IO.Compression;
using CloudBackup.Formats;
using CloudBackup.Formats.Tgz;
using CloudBackup.Reading;
using CloudBackup.Storage;
using CloudBackup.Tests.Conformance;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Tgz;

public sealed class TgzFormatTests : FormatConformance
{
    private protected override IBackupFormat Format { get; } = new TgzFormat();

    private protected override IBackupStorage OpenStorage() => new MemoryStorage();

    private protected override async Task<List<long>> MembersAsync(IBackupStorage storage) => MembersOf(await ReadIndexAsync(storage));

    [Fact]
    public async Task The_archive_is_one_that_the_runtime_reads()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(3), files: 100, largest: 40_000);
        File.WriteAllBytes(folder["source/large"], new SeededRandom(4).Bytes(3_000_000));
        var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        using var gzip = new GZipStream(new MemoryStream(storage.Objects[Paths.Archive]), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var files = 0;
        while (await tar.GetNextEntryAsync(copyData: false, Token) is { } entry)
        {
            if (entry.EntryType == TarEntryType.RegularFile)
            {
                files++;
                using var content = new MemoryStream();
                if (entry.DataStream is not null)
                {
                    await entry.DataStream.CopyToAsync(content, Token);
                }
                Assert.Equal(await File.ReadAllBytesAsync(Path.Join(folder["source"], entry.Name["data/".Length..]), Token), content.ToArray());
            }
        }
        Assert.Equal(101, files);
    }

    [Fact]
    public async Task Earlier_backups_cost_nothing()
    {
        using var folder = new TempFolder();
        folder.Write("source/file", "content");
        EarlierIndexes = FailAsync();
        Assert.Equal(2, (await PackAsync(new MemoryStorage(), folder, "source")).Result.Entries);

        static async IAsyncEnumerable<IRecordedIndex> FailAsync()
        {
            await Task.Yield();
            Assert.Fail("An index was asked for.");
            yield break;
        }
    }

    [Fact]
    public async Task Tar_and_cat_give_a_stream_back_whatever_its_length()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs tar");
        foreach (var length in new[] { 0, 1, 1024 * 1024, (1024 * 1024) + 1, 12_345_678 })
        {
            using var folder = new TempFolder();
            folder.Write("source/file", "content");
            await using var storage = new MemoryStorage();
            var content = new SeededRandom(length).Bytes(length);
            await PackAsync(storage, folder, "source", extra: Dump(_ => new TrickleStream(content)));
            await File.WriteAllBytesAsync(folder["archive.tar.gz"], storage.Objects[Paths.Archive], Token);
            using var shell = System.Diagnostics.Process.Start("sh", ["-c", $"cd {folder.Path} && tar -xzf archive.tar.gz && cat dumps/db* > whole"]);
            await shell.WaitForExitAsync(Token);
            Assert.Equal(0, shell.ExitCode);
            Assert.Equal(content, await File.ReadAllBytesAsync(folder["whole"], Token));
        }
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes()
    {
        using var folder = new TempFolder();
        SampleTree.MakeRich(folder.Make("source"), new SeededRandom(5));
        var (first, second) = (new MemoryStorage(), new MemoryStorage());
        await PackAsync(first, folder, "source");
        await PackAsync(second, folder, "source", memory: 32 * 1024 * 1024);
        Assert.Equal(first.Objects[Paths.Archive], second.Objects[Paths.Archive]);
        Assert.Equal(first.Objects[Paths.Index], second.Objects[Paths.Index]);
    }

    [Fact]
    public async Task What_does_not_compress_costs_a_thousandth_at_most()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        File.WriteAllBytes(folder["source/media"], new SeededRandom(1).Bytes(20_000_000));
        var packed = await PackAsync(new MemoryStorage(), folder, "source");
        Assert.InRange(packed.Result.Archive!.Size, 20_000_000, 20_020_000);
    }

    [Fact]
    public async Task Every_flipped_byte_is_found_or_changes_nothing_that_the_archive_unpacks_to()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(6), files: 30);
        File.WriteAllBytes(folder["source/large"], new SeededRandom(7).Bytes(2_500_000));
        var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        var archive = storage.Objects[Paths.Archive];
        var random = new SeededRandom(8);
        var found = 0;
        for (var round = 0; round < 200; round++)
        {
            var damaged = (byte[])archive.Clone();
            var at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 + random.Next(255));
            var target = await ReadDamagedAsync(storage, damaged);
            found += target.ProblemCount > 0 ? 1 : 0;
            Assert.True(target.ProblemCount > 0 || Unpacked(damaged).SequenceEqual(Unpacked(archive)), $"Byte {at} was changed and nobody noticed.");
        }
        Assert.InRange(found, 150, 200);
    }

    [Fact]
    public async Task A_damaged_checksum_or_length_behind_the_last_member_is_found()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(6), files: 30);
        var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        var archive = storage.Objects[Paths.Archive];
        Assert.Null((await ReadDamagedAsync(storage, archive)).Doubt);
        for (var back = 1; back <= 8; back++)
        {
            // No file's hash covers these: a plain gunzip is what would fail.
            byte[] damaged = [.. archive];
            damaged[^back] ^= 1;
            var target = await ReadDamagedAsync(storage, damaged);
            Assert.Equal((0, true), (target.ProblemCount, target.Doubt is not null));
        }
    }

    [Fact]
    public async Task A_cut_archive_is_found_wherever_it_is_cut()
    {
        using var folder = new TempFolder();
        SampleTree.MakeSmall(folder.Make("source"), new SeededRandom(6), files: 30);
        var storage = new MemoryStorage();
        await PackAsync(storage, folder, "source");
        var archive = storage.Objects[Paths.Archive];
        foreach (var length in new[] { 0, 1, 19, archive.Length / 2, archive.Length - 1 })
        {
            await Assert.ThrowsAsync<BackupException>(() => ReadDamagedAsync(storage, archive[..length]));
        }
    }

    private async Task<CheckTarget> ReadDamagedAsync(MemoryStorage storage, byte[] archive)
    {
        var damaged = new MemoryStorage();
        await damaged.WriteAsync(Paths.Index, ObjectContent.FromBytes(storage.Objects[Paths.Index]), WriteMode.CreateNew, Token);
        await damaged.WriteAsync(Paths.Archive, ObjectContent.FromBytes(archive), WriteMode.CreateNew, Token);
        var target = new CheckTarget("");
        await ReadAsync(damaged, target, Token);
        return target;
    }

    private static byte[] Unpacked(byte[] archive)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
