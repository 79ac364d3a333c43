using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

/// <summary>Long files: as long as they were when they were opened, whatever becomes of them.</summary>
public sealed class LongFileReaderTests : IDisposable
{
    private const int Length = 1_000_000;
    private const int BufferLength = 64 * 1024;

    private readonly TempFolder _folder = new();
    private readonly byte[] _content = new SeededRandom(7).Bytes(Length);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_comes_out_as_it_is_with_its_hash()
    {
        using var file = Open(_ => { });
        using var reader = new LongFileReader(file);
        Assert.Equal(_content, ReadAll(reader));
        Assert.Equal(SHA256.HashData(_content), reader.Hash);
        Assert.False(reader.HasChanged());
    }

    [Fact]
    public void An_empty_file_is_at_its_end_and_has_a_hash()
    {
        File.WriteAllBytes(_folder["file"], []);
        using var folder = LocalFileSystem.Open(_folder.Path);
        using var file = folder.OpenFile("file");
        using var reader = new LongFileReader(file);
        Assert.True(reader.IsAtEnd);
        Assert.Equal(SHA256.HashData([]), reader.Hash);
        Assert.False(reader.HasChanged());
    }

    [Fact]
    public void There_is_no_hash_before_the_end()
    {
        using var file = Open(_ => { });
        using var reader = new LongFileReader(file);
        reader.Read(new byte[10], out _);
        Assert.Throws<InvalidOperationException>(() => reader.Hash);
    }

    [Fact]
    public void What_a_file_grows_by_is_left_out_and_it_has_changed()
    {
        using var file = Open(reads =>
        {
            if (reads == 2)
            {
                File.AppendAllText(_folder["file"], "more");
            }
        });
        using var reader = new LongFileReader(file);
        Assert.Equal(_content, ReadAll(reader));
        Assert.Equal(SHA256.HashData(_content), reader.Hash);
        Assert.True(reader.HasChanged());
    }

    [Fact]
    public void What_a_file_loses_is_zeros_and_it_has_changed()
    {
        const int left = 300_000;
        using var file = Open(reads =>
        {
            if (reads == 1)
            {
                using var shrinking = new FileStream(_folder["file"], FileMode.Open, FileAccess.Write);
                shrinking.SetLength(left);
            }
        });
        using var reader = new LongFileReader(file);
        var read = ReadAll(reader);
        Assert.Equal(_content[..left], read[..left]);
        Assert.Equal(new byte[Length - left], read[left..]);
        Assert.Equal(SHA256.HashData(read), reader.Hash);
        Assert.True(reader.HasShrunk);
        Assert.True(reader.HasChanged());
    }

    [Fact]
    public void A_file_that_is_written_to_has_changed()
    {
        using var file = Open(_ => { });
        using var reader = new LongFileReader(file);
        ReadAll(reader);
        File.SetLastWriteTimeUtc(_folder["file"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(reader.HasChanged());
    }

    [Fact]
    public void A_file_whose_name_vanishes_is_read_to_its_end()
    {
        using var file = Open(_ => File.Delete(_folder["file"]));
        using var reader = new LongFileReader(file);
        Assert.Equal(_content, ReadAll(reader));
    }

    [Fact]
    public void Holes_are_zeros_that_are_not_read()
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "Only Linux tells where holes are.");
        using var folder = LocalFileSystem.Open(_folder.Path);
        using (var sparse = folder.CreateFile("file"))
        {
            sparse.SetLength(10_000_000);
            sparse.Write("data"u8, 5_000_000);
        }
        using var file = new WatchedFile(folder.OpenFile("file"), _ => { });
        Assert.SkipUnless(file.Facts.IsSparse, "This file system has no holes.");
        using var reader = new LongFileReader(file);
        var expected = new byte[10_000_000];
        "data"u8.CopyTo(expected.AsSpan(5_000_000));
        Assert.Equal(expected, ReadAll(reader, out var holes));
        Assert.Equal(SHA256.HashData(expected), reader.Hash);
        Assert.True(file.Bytes < 200_000);
        Assert.True(holes > 9_500_000);
    }

    [Fact]
    public void The_rest_of_a_file_that_was_given_up_is_zeros_that_are_not_read()
    {
        using var file = Open(_ => { });
        using var reader = new LongFileReader(file);
        reader.Read(new byte[BufferLength], out _);
        reader.GiveUp();
        Assert.Equal(new byte[Length - BufferLength], ReadAll(reader, out var holes));
        Assert.Equal(Length - BufferLength, holes);
        Assert.Equal(SHA256.HashData([.. _content[..BufferLength], .. new byte[Length - BufferLength]]), reader.Hash);
        Assert.Equal(1, file.Reads);
    }

    [Fact]
    public void Reading_for_the_hash_alone_ends_when_it_is_cancelled_I8()
    {
        using var stop = new CancellationTokenSource();
        using var file = Open(_ => stop.Cancel());
        using var reader = new LongFileReader(file);
        Assert.Throws<OperationCanceledException>(() => reader.ReadToEnd(new byte[BufferLength], stop.Token));
        Assert.Equal(1, file.Reads);
    }

    private static byte[] ReadAll(LongFileReader reader) => ReadAll(reader, out _);

    private static byte[] ReadAll(LongFileReader reader, out long holes)
    {
        var content = new MemoryStream();
        var buffer = new byte[BufferLength];
        holes = 0;
        while (!reader.IsAtEnd)
        {
            var count = reader.Read(buffer, out var isHole);
            content.Write(buffer, 0, count);
            holes += isHole ? count : 0;
        }
        Assert.Equal(0, reader.Read(buffer, out _));
        return content.ToArray();
    }

    private WatchedFile Open(Action<int> onRead)
    {
        File.WriteAllBytes(_folder["file"], _content);
        using var folder = LocalFileSystem.Open(_folder.Path);
        return new WatchedFile(folder.OpenFile("file"), onRead);
    }
}
