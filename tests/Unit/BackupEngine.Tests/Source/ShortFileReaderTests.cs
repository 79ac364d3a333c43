using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

/// <summary>Short files that are written to while they are read.</summary>
public sealed class ShortFileReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SourceIssues _issues = new(continueOnError: false);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_stays_the_same_is_read_once()
    {
        using var file = Open("content", _ => { });
        Assert.Equal("content", Read(file, out var hasChanged));
        Assert.Equal((1, false, 0), (file.Reads, hasChanged, _issues.Changed));
    }

    [Fact]
    public void An_empty_file_is_read_as_such()
    {
        using var file = Open("", _ => { });
        Assert.Equal("", Read(file, out var hasChanged));
        Assert.Equal((false, 0), (hasChanged, _issues.Changed));
    }

    [Theory]
    [InlineData("as long", "AS LONG")]
    [InlineData("it grows", "it grows to another length")]
    [InlineData("it shrinks", "it")]
    [InlineData("it becomes empty", "")]
    public void A_file_that_changes_once_is_read_again_and_is_the_later_one(string before, string after)
    {
        using var file = Open(before, reads =>
        {
            if (reads == 1)
            {
                Replace(after, reads);
            }
        });
        Assert.Equal(after, Read(file, out var hasChanged));
        Assert.Equal((2, false, 0), (file.Reads, hasChanged, _issues.Changed));
    }

    [Fact]
    public void A_file_that_changes_in_all_attempts_is_taken_after_the_third_and_counted_once()
    {
        using var file = Open("0", reads => Replace(reads.ToString(), reads));
        Assert.Equal("2", Read(file, out var hasChanged));
        Assert.Equal((ShortFileReader.Attempts, true, 1), (file.Reads, hasChanged, _issues.Changed));
    }

    [Fact]
    public void A_file_that_shrinks_under_the_last_reading_is_shorter_than_its_place()
    {
        using var file = Open(new string('x', 100), reads => Replace(new string('x', 100 - (reads * 10)), reads));
        Replace(new string('x', 50), 0);
        // The place is as long as the file was when it was opened: its facts are older than its content.
        var reader = new ShortFileReader(file, _issues);
        var place = new byte[100];
        while (!reader.TryRead(place))
        {
        }
        Assert.True(reader.Length < place.Length);
        Assert.True(reader.HasChanged);
        Assert.Equal(1, _issues.Changed);
    }

    [Fact]
    public void A_file_whose_name_vanishes_is_read_all_the_same()
    {
        using var file = Open("content", _ => File.Delete(_folder["file"]));
        Assert.Equal("content", Read(file, out _));
        Assert.Equal(0, _issues.Changed);
    }

    private string Read(WatchedFile file, out bool hasChanged)
    {
        var reader = new ShortFileReader(file, _issues);
        byte[] place;
        do
        {
            place = new byte[reader.Facts.Size];
        }
        while (!reader.TryRead(place));
        hasChanged = reader.HasChanged;
        return System.Text.Encoding.ASCII.GetString(place, 0, reader.Length);
    }

    private WatchedFile Open(string content, Action<int> onRead)
    {
        File.WriteAllText(_folder["file"], content);
        using var folder = LocalFileSystem.Open(_folder.Path);
        return new WatchedFile(folder.OpenFile("file"), onRead);
    }

    /// <summary>Writes to the file, at a time of its own: two writes may come within one tick of the file system's clock.</summary>
    private void Replace(string content, int step)
    {
        using (var stream = new FileStream(_folder["file"], FileMode.Open, FileAccess.Write))
        {
            stream.SetLength(content.Length);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(content));
        }
        File.SetLastWriteTimeUtc(_folder["file"], new DateTime(2026, 1, 1, 0, 0, step, DateTimeKind.Utc));
    }
}
