using CloudBackup.FileTree;
using CloudBackup.FileTree.Portable;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.FileTree;

/// <summary>What every implementation of a local folder must do.</summary>
public abstract class DirectoryNodeContract
{
    private protected abstract DirectoryNode Open(string path);

    [Fact]
    public void A_file_is_written_read_and_described()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        SampleTree.MakeFile(node, "file", [1, 2, 3, 4, 5], 0x1A0, new UnixTime(1_700_000_000, 123_456_700));
        var facts = node.Stat("file");
        Assert.Equal((EntryKind.File, 5L, 0x1A0), (facts.Kind, facts.Size, facts.Mode));
        Assert.Equal(new UnixTime(1_700_000_000, 123_456_700), facts.Modified);
        using var file = node.OpenFile("file");
        var buffer = new byte[10];
        Assert.Equal(3, file.Read(buffer, 2));
        Assert.Equal([3, 4, 5], buffer[..3]);
    }

    [Fact]
    public void Names_come_ordered_by_their_bytes()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        foreach (var name in new[] { "b", "a", "é", "Z", "a-", "a.b", "zz", "~" })
        {
            node.MakeDirectory(name);
        }
        Assert.Equal(["Z", "a", "a-", "a.b", "b", "zz", "~", "é"], node.ReadNames(CancellationToken.None));
    }

    [Fact]
    public void A_link_is_never_followed()
    {
        using var folder = new TempFolder();
        folder.Write("outside/secret", "x");
        folder.Make("inside");
        using var node = Open(folder["inside"]);
        node.MakeSymbolicLink("dir", "../outside");
        node.MakeSymbolicLink("file", "../outside/secret");
        Assert.Equal(EntryKind.SymbolicLink, node.Stat("dir").Kind);
        Assert.Equal("../outside", node.ReadLink("dir"));
        Expect([FileTreeErrorKind.IsLink, FileTreeErrorKind.WrongKind], () => node.OpenDirectory("dir"));
        Expect([FileTreeErrorKind.IsLink, FileTreeErrorKind.WrongKind], () => node.OpenFile("file"));
        Expect([FileTreeErrorKind.AlreadyExists], () => node.CreateFile("file"));
        Assert.Equal("x", File.ReadAllText(folder["outside/secret"]));
    }

    [Fact]
    public void Failures_say_what_is_wrong()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        node.MakeDirectory("dir");
        SampleTree.MakeFile(node, "file", [1], 0x1A4, default);
        SampleTree.MakeFile(node, "other", [1], 0x1A4, default);
        Expect([FileTreeErrorKind.NotFound], () => node.Stat("missing"));
        Expect([FileTreeErrorKind.NotFound], () => node.OpenFile("missing"));
        Expect([FileTreeErrorKind.AlreadyExists], () => node.MakeDirectory("dir"));
        Expect([FileTreeErrorKind.AlreadyExists], () => node.CreateFile("file"));
        Expect([FileTreeErrorKind.WrongKind], () => node.OpenDirectory("file"));
        Expect([FileTreeErrorKind.AlreadyExists], () => node.Rename("file", node, "other", RenameMode.NoReplace));
        Expect([FileTreeErrorKind.NotFound], () => Open(folder["nowhere"]));
        Expect([FileTreeErrorKind.WrongKind], () => Open(folder["file"]));
        using (var inside = node.OpenDirectory("dir"))
        {
            SampleTree.MakeFile(inside, "f", [1], 0x1A4, default);
        }
        Expect([FileTreeErrorKind.NotEmpty], () => node.RemoveDirectory("dir"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void What_is_no_file_name_is_refused(string name)
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        Expect([FileTreeErrorKind.NotSupported], () => node.Stat(name));
        Expect([FileTreeErrorKind.NotSupported], () => node.MakeDirectory(name));
        Expect([FileTreeErrorKind.NotSupported], () => node.CreateFile(name));
        Expect([FileTreeErrorKind.NotSupported], () => node.OpenDirectory(name));
    }

    [Fact]
    public void A_rename_replaces_or_moves()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        node.MakeDirectory("to");
        SampleTree.MakeFile(node, "a", [1], 0x1A4, default);
        SampleTree.MakeFile(node, "b", [2, 2], 0x1A4, default);
        node.Rename("a", node, "b", RenameMode.Replace);
        Assert.Equal(1, node.Stat("b").Size);
        using var to = node.OpenDirectory("to");
        node.MoveToFree("b", to, "c");
        Assert.False(node.Exists("b"));
        Assert.True(to.Exists("c"));
        SampleTree.MakeFile(node, "d", [4], 0x1A4, default);
        Expect([FileTreeErrorKind.AlreadyExists], () => node.MoveToFree("d", to, "c"));
    }

    [Fact]
    public void A_folder_is_opened_or_made_and_says_which()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        using (var made = node.OpenOrMake("new", out var wasMissing))
        {
            Assert.True(wasMissing);
            SampleTree.MakeFile(made, "inside", [1], 0x1A4, default);
        }
        using var opened = node.OpenOrMake("new", out var wasMissingAgain);
        Assert.False(wasMissingAgain);
        Assert.Equal(["inside"], opened.ReadNames(CancellationToken.None));
    }

    [Fact]
    public void What_is_no_folder_is_neither_opened_nor_replaced()
    {
        using var folder = new TempFolder();
        folder.Make("elsewhere");
        using var node = Open(folder.Path);
        SampleTree.MakeFile(node, "file", [1], 0x1A4, default);
        node.MakeSymbolicLink("link", "elsewhere");
        node.MakeSymbolicLink("dangling", "nowhere");
        FileTreeErrorKind[] kinds = [FileTreeErrorKind.IsLink, FileTreeErrorKind.WrongKind];
        Expect(kinds, () => node.OpenOrMake("file"));
        Expect(kinds, () => node.OpenOrMake("link"));
        Expect(kinds, () => node.OpenOrMake("dangling"));
        Assert.Equal((EntryKind.File, EntryKind.SymbolicLink, EntryKind.SymbolicLink), (node.Stat("file").Kind, node.Stat("link").Kind, node.Stat("dangling").Kind));
    }

    [Fact]
    public async Task Many_that_open_or_make_the_same_folder_all_get_it_while_others_remove_it()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        var isDone = false;
        var remover = Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                try
                {
                    node.RemoveDirectory("contended");
                }
                catch (FileTreeException)
                {
                    // Not there, or not empty.
                }
            }
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                node.OpenOrMake("contended").Dispose();
            }
        }, TestContext.Current.CancellationToken)));
        Volatile.Write(ref isDone, true);
        await remover;
    }

    private static void Expect(FileTreeErrorKind[] kinds, Func<object> action)
    {
        var failure = Assert.Throws<FileTreeException>(() => (action() as IDisposable)?.Dispose());
        Assert.Contains(failure.Kind, kinds);
    }

    private static void Expect(FileTreeErrorKind[] kinds, Action action) => Expect(kinds, () =>
    {
        action();
        return "";
    });
}

public sealed class LinuxDirectoryTests : DirectoryNodeContract
{
    private protected override DirectoryNode Open(string path) => LocalFileSystem.Open(path);

    [Fact]
    public void Names_that_are_not_unicode_are_carried()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        var name = PathText.FromBytes([0x61, 0xFF, 0xC3, 0x28]);
        SampleTree.MakeFile(node, name, [7], 0x1A4, default);
        Assert.Equal([name], node.ReadNames(CancellationToken.None));
        Assert.Equal(1, node.Stat(name).Size);
    }

    [Fact]
    public void A_name_that_is_too_long_is_told()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        var failure = Assert.Throws<FileTreeException>(() => node.MakeDirectory(new string('x', 256)));
        Assert.Equal(FileTreeErrorKind.NameTooLong, failure.Kind);
        node.MakeDirectory(new string('x', 255));
    }

    [Fact]
    public void Two_names_swap_at_once()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        SampleTree.MakeFile(node, "a", [1], 0x1A4, default);
        node.MakeDirectory("b");
        node.Rename("a", node, "b", RenameMode.Exchange);
        Assert.Equal((EntryKind.Directory, EntryKind.File), (node.Stat("a").Kind, node.Stat("b").Kind));
    }

    [Fact]
    public void Holes_are_found()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        using (var file = node.CreateFile("sparse"))
        {
            file.Write("data"u8, 1 << 20);
            file.SetLength(1 << 22);
        }
        using var sparse = node.OpenFile("sparse");
        Assert.True(sparse.Facts.IsSparse);
        Assert.True(sparse.TryFindData(0, out var start, out var end));
        Assert.InRange(start, 1, 1 << 20);
        Assert.InRange(end, (1 << 20) + 4, 1 << 21);
        Assert.False(sparse.TryFindData(end, out _, out _));
    }

    [Fact]
    public void A_large_folder_lists_every_name_once()
    {
        using var folder = new TempFolder();
        using var node = Open(folder.Path);
        var expected = Enumerable.Range(0, 5000).Select(i => $"name-{i:D5}-{new string('n', i % 50)}").ToList();
        expected.ForEach(name => node.MakeDirectory(name));
        Assert.Equal(expected.Order(StringComparer.Ordinal), node.ReadNames(CancellationToken.None));
        Assert.Equal(expected.Order(StringComparer.Ordinal), node.ReadNames(CancellationToken.None));
    }
}

public sealed class PortableDirectoryTests : DirectoryNodeContract
{
    private protected override DirectoryNode Open(string path) => PortableDirectory.OpenPath(path);
}
