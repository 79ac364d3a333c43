using System.Diagnostics;
using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Conformance;

/// <content>Items that come from a pipe: their length is known only at their end.</content>
public abstract partial class FormatConformance
{
    private const int Piece = 1024 * 1024;

    /// <summary>Whether a stream becomes files of a piece's length, rather than one file.</summary>
    private protected virtual bool StoresPieces => true;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData((4 * Piece) + 12_345)]
    public async Task A_stream_of_any_length_comes_back_identical(int length)
    {
        using var folder = new TempFolder();
        folder.Write("source/file", "content");
        await using var storage = OpenStorage();
        var content = new SeededRandom(length).Bytes(length);
        var packed = await PackAsync(storage, folder, "source", extra: Dump(_ => new MemoryStream(content)));
        Assert.Equal((0, 0, 0), (packed.Issues.MissingCount, packed.Issues.Changed, packed.Issues.Skipped));
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(content, Restored(folder, out var names));
        var pieces = StoresPieces ? Math.Max(1, (length + Piece - 1) / Piece) : 1;
        Assert.Equal(new[] { "db", "db.001", "db.002", "db.003", "db.004" }.Take(pieces), names);
        Assert.Equal("content", File.ReadAllText(folder["target/data/file"]));
        Assert.Equal(packed.Result.SourceBytes, packed.Counters.SourceBytes);
    }

    [Fact]
    public async Task The_index_has_a_stream_with_its_length_and_hash()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        var content = new SeededRandom(1).Bytes((2 * Piece) + 5);
        await PackAsync(storage, folder, "source", extra: Dump(_ => new MemoryStream(content)));
        using var index = await OpenIndexAsync(storage);
        var at = 0;
        foreach (var entry in index.ReadEntries().Where(entry => entry.Path.StartsWith("dumps/", StringComparison.Ordinal)))
        {
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(content.AsSpan(at, (int)entry.Size)), entry.Sha256);
            Assert.False(entry.IsIncomplete);
            at += (int)entry.Size;
        }
        Assert.Equal(content.Length, at);
    }

    [Fact]
    public async Task A_stream_that_comes_in_small_parts_comes_back_identical()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        var content = new SeededRandom(2).Bytes((3 * Piece) + 1);
        await PackAsync(storage, folder, "source", extra: Dump(_ => new TrickleStream(content)));
        await UnpackAsync(storage, folder, "target");
        Assert.Equal(content, Restored(folder, out _));
    }

    [Theory]
    [InlineData(-1)] // it does not even start
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(Piece)] // all of a piece came, and then not the end
    [InlineData((3 * Piece) + 1000)]
    public async Task A_stream_that_fails_fails_the_backup_or_is_left_out_as_a_whole(int length)
    {
        using var folder = new TempFolder();
        folder.Write("source/good", "good");
        await using var storage = OpenStorage();
        var reason = new BackupException("DumpFailed", BackupErrorCategory.CommandFailed, "pg_dump ended with code 1", "db");
        var failure = await Assert.ThrowsAsync<BackupException>(() => PackAsync(storage, folder, "source", extra: Broken()));
        Assert.Same(reason, failure);
        await RemoveAsync(storage);
        foreach (var (isOptional, continueOnError) in new[] { (true, false), (false, true) })
        {
            var packed = await PackAsync(storage, folder, "source", extra: Broken(isOptional), continueOnError: continueOnError);
            var missing = Assert.Single(packed.Issues.Missing);
            Assert.Equal(("dumps/db", "pg_dump ended with code 1"), (missing.Path, missing.Reason));
            var target = $"target-{isOptional}";
            await UnpackAsync(storage, folder, target);
            Assert.Equal("good", File.ReadAllText(folder[$"{target}/data/good"]));
            Assert.False(Directory.Exists(folder[$"{target}/dumps"]) && Directory.EnumerateFileSystemEntries(folder[$"{target}/dumps"]).Any());
            await RemoveAsync(storage);
        }

        StreamItem Broken(bool isOptional = false) => Dump(_ => length < 0 ? throw reason : new FailingStream(length, reason), isOptional);
    }

    [Fact]
    public async Task A_pipe_that_breaks_is_a_failure_of_the_source()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            PackAsync(storage, folder, "source", extra: Dump(_ => new FailingStream(3 * Piece, new IOException("Broken pipe")))));
        Assert.Equal("SourceUnreadable", failure.ErrorId);
        Assert.Contains("Broken pipe", failure.Message);
    }

    [Fact]
    public async Task A_backup_that_is_cancelled_does_not_wait_for_a_stream_and_ends_its_producer_I8()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        using var stop = new CancellationTokenSource();
        var producer = new SilentStream(after: Piece + 10, stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            PackAsync(storage, folder, "source", extra: Dump(_ => producer), token: stop.Token));
        Assert.True(producer.IsDisposed);
    }

    [Fact]
    public async Task What_a_command_writes_to_a_pipe_is_stored()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        await PackAsync(storage, folder, "source", extra: Dump(_ =>
        {
            var start = new ProcessStartInfo("sh", ["-c", "seq 1 400000"]) { RedirectStandardOutput = true };
            return Process.Start(start)!.StandardOutput.BaseStream;
        }));
        await UnpackAsync(storage, folder, "target");
        var expected = string.Concat(Enumerable.Range(1, 400_000).Select(number => $"{number}\n"));
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(Restored(folder, out _)));
    }

    [Fact]
    public async Task The_room_that_a_stream_takes_on_the_disk_is_two_pieces_however_long_it_is()
    {
        using var folder = new TempFolder();
        folder.Make("source");
        await using var storage = OpenStorage();
        long most = 0;
        var dump = Dump(_ => new MeasuredStream(20 * Piece, _ => most = Math.Max(most, SpoolSize(folder))));
        var packed = await PackAsync(storage, folder, "source", extra: dump);
        Assert.True(packed.Counters.SourceBytes >= 20 * Piece);
        Assert.InRange(most, 0, 2 * Piece);
        Assert.Empty(Directory.GetFiles(folder.Path, "piece-*", SearchOption.AllDirectories));
    }

    private protected static StreamItem Dump(Func<CancellationToken, Stream> start, bool isOptional = false) =>
        new("dumps/db", new UnixTime(1_700_000_000, 0), token => Task.FromResult(start(token))) { PieceLength = Piece, IsOptional = isOptional };

    private static long SpoolSize(TempFolder folder) =>
        Directory.GetFiles(folder.Path, "piece-*", SearchOption.AllDirectories).Sum(path => new FileInfo(path) is { Exists: true } file ? file.Length : 0);

    private static byte[] Restored(TempFolder folder, out IEnumerable<string?> names)
    {
        var files = Directory.GetFiles(folder["target/dumps"]).Order(StringComparer.Ordinal).ToList();
        names = files.Select(Path.GetFileName);
        return [.. files.SelectMany(File.ReadAllBytes)];
    }
}
