using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

public sealed class LinkTableTests
{
    [Fact]
    public void Each_further_name_of_a_file_leads_to_its_first_until_all_have_come()
    {
        var links = new LinkTable();
        var random = new SeededRandom(1);
        var files = Enumerable.Range(0, 5000).Select(i => (Path: $"data/{i}/{Convert.ToHexString(random.Bytes(1 + random.Next(200)))}é{PathText.FromBytes([0xFF])}", Facts: Facts((ulong)i, 3))).ToList();
        files.ForEach(file => links.Add(file.Path, file.Facts));
        Assert.Null(links.Take(Facts(1, 3) with { Device = 9 }, _ => true));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(files.Select(file => file.Path), files.Select(file => links.Take(file.Facts, _ => false)));
        }
        Assert.Equal(0, links.Count);
        Assert.All(files, file => Assert.Null(links.Take(file.Facts, _ => true)));
        links.Add("again", files[7].Facts);
        Assert.Equal("again", links.Take(files[7].Facts, _ => false));
    }

    [Fact]
    public void A_number_that_went_to_another_file_is_no_link()
    {
        var links = new LinkTable();
        links.Add("old", Facts(1, 3));
        var changed = Facts(1, 3) with { Size = 2 };
        Assert.Equal("old", links.Take(changed, path => path == "old"));
        Assert.Null(links.Take(changed, _ => false));
        Assert.Equal(0, links.Count);
        links.Add("new", changed);
        Assert.Equal("new", links.Take(changed, _ => false));
    }

    [Fact]
    public void A_path_of_any_length_is_kept()
    {
        var links = new LinkTable();
        var path = string.Join('/', Enumerable.Repeat(new string('x', 200), 10_000));
        links.Add("before", Facts(1, 2));
        links.Add(path, Facts(2, 2));
        links.Add("after", Facts(3, 2));
        Assert.Equal(["before", path, "after"], new ulong[] { 1, 2, 3 }.Select(inode => links.Take(Facts(inode, 2), _ => true)));
    }

    [Fact]
    public void A_file_that_takes_the_number_of_one_that_was_removed_keeps_its_content()
    {
        using var folder = new TempFolder();
        folder.Write("tree/a", "old");
        using var root = LocalFileSystem.Open(folder["tree"]);
        using var outside = LocalFileSystem.Open(folder.Path);
        outside.MakeHardLink("elsewhere", root, "a");
        var walker = Walker(opens: false);
        var found = new List<(string, EntryKind)>();
        var inode = root.Stat("a").Inode;
        foreach (var item in walker.Walk(root, "data", TestContext.Current.CancellationToken))
        {
            using var _ = item;
            found.Add((item.Path, item.Facts.Kind));
            if (item.Path == "data/a")
            {
                outside.RemoveFile("elsewhere");
                root.RemoveFile("a");
                // File systems such as ext4 give the number to the next file: found by trying.
                for (var i = 0; i < 50 && !root.Exists("b"); i++)
                {
                    folder.Write($"tree/try-{i}", "another content");
                    if (root.Stat($"try-{i}").Inode == inode)
                    {
                        root.Rename($"try-{i}", root, "b", RenameMode.NoReplace);
                    }
                }
                Assert.SkipUnless(root.Exists("b"), "This file system does not use a number again.");
                root.MakeHardLink("c", root, "b");
            }
        }
        // The names were listed before: what is new is looked at in another walk, with the same memory of links.
        foreach (var item in walker.Walk(root, "data", TestContext.Current.CancellationToken))
        {
            using var _ = item;
            found.Add((item.Path, item.Facts.Kind));
        }
        Assert.Contains(("data/b", EntryKind.File), found);
        Assert.Contains(("data/c", EntryKind.HardLink), found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_name_of_a_linked_file_is_opened_only_for_formats_that_need_it(bool opens)
    {
        using var folder = new TempFolder();
        folder.Write("tree/a", "old");
        using var root = LocalFileSystem.Open(folder["tree"]);
        root.MakeHardLink("b", root, "a");
        var items = Walker(opens).Walk(root, "data", TestContext.Current.CancellationToken).ToList();
        root.RemoveFile("a");
        var first = items.Single(item => item.Path == "data/a");
        if (opens)
        {
            first.Open().Dispose();
        }
        else
        {
            Assert.Equal(FileTreeErrorKind.NotFound, Assert.Throws<FileTreeException>(() => first.Open()).Kind);
        }
        items.ForEach(item => item.Dispose());
    }

    private static TreeWalker Walker(bool opens) =>
        new(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), new SourceIssues(continueOnError: false)) { OpensLinkedFiles = opens };

    private static FileFacts Facts(ulong inode, uint names) => new()
    {
        Kind = EntryKind.File,
        Inode = inode,
        Device = inode % 3,
        LinkCount = names,
        Size = 1,
        Modified = new UnixTime(1, 2),
    };
}
