using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Tests.Support;

/// <summary>Makes trees with everything that a backup has to carry.</summary>
internal static class SampleTree
{
    private static readonly UnixTime[] Times =
    [
        new(1_700_000_000, 123_456_789), new(1_700_000_001, 0), new(-5, 500_000_000), new(0, 0), new(8_589_934_592 + 7, 1), new(1, 999_999_999),
    ];

    /// <summary>A tree with every kind of entry, odd names, sizes at the borders, owners, modes and attributes.</summary>
    public static void MakeRich(string path, SeededRandom random, int longestName = 255)
    {
        using var root = LocalFileSystem.Open(path);
        MakeFile(root, "empty", [], 0x1A4, Times[0]);
        MakeFile(root, "text.txt", random.Text(5000), 0x180, Times[1]);
        MakeFile(root, "script", "#!/bin/sh\n"u8.ToArray(), 0x1ED, Times[2]);
        MakeFile(root, "setuid", [1, 2, 3], 0x9ED, Times[3]);
        MakeFile(root, "future", [4], 0, Times[4]);
        foreach (var size in new[] { 1, 511, 512, 513, 524_287, 524_288, 524_289, 1_048_575, 1_048_576, 1_048_577, 3_500_000 })
        {
            MakeFile(root, $"random-{size}", random.Bytes(size), 0x1B6, Times[5]);
            MakeFile(root, $"text-{size}", random.Text(size), 0x1B6, Times[5]);
        }
        MakeNames(root, random, longestName);
        MakeLinks(root);
        MakeFolders(root, random);
        MakeSparse(root);
        root.ApplyMetadata(new EntryMetadata { Mode = 0x1ED, Modified = new UnixTime(1_600_000_000, 5), Attributes = [] }, new MetadataLosses());
    }

    /// <summary>Some files of random sizes in random folders: cheap to make many of.</summary>
    public static void MakeSmall(string path, SeededRandom random, int files, int largest = 3000)
    {
        for (var i = 0; i < files; i++)
        {
            var folder = Path.Join(path, $"d{random.Next(5)}", $"e{random.Next(5)}");
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Join(folder, $"f{i}"), random.Text(random.Next(largest)));
        }
    }

    public static void MakeFile(DirectoryNode folder, string name, byte[] content, int mode, UnixTime time, params ExtendedAttribute[] attributes)
    {
        using var file = folder.CreateFile(name);
        file.Write(content, 0);
        file.ApplyMetadata(new EntryMetadata { Mode = mode, Modified = time, Attributes = attributes }, new MetadataLosses());
    }

    private static void MakeNames(DirectoryNode root, SeededRandom random, int longestName)
    {
        root.MakeDirectory("names");
        using var names = root.OpenDirectory("names");
        string[] odd =
        [
            " leading and trailing ", "-dash", ".hidden", "new\nline", "tab\there", "quote'\"`$", "back\\slash", "üñïçødé", "日本語", "emoji😀",
            "percent%41", "equals=sign", "colon:semi;", "*?[glob]", "\u0001\u007f", new string('x', longestName), new string('é', longestName / 2),
            PathText.FromBytes([0xFF, 0xFE, 0x41]), PathText.FromBytes([0xC3]), PathText.FromBytes([0xED, 0xA0, 0x80]),
            PathText.FromBytes([.. Encoding.UTF8.GetBytes(new string('y', Math.Min(200, longestName - 2))), 0x80, 0x81]),
        ];
        foreach (var name in odd)
        {
            MakeFile(names, name, random.Text(random.Next(50)), 0x1A4, Times[random.Next(Times.Length)]);
        }
    }

    private static void MakeLinks(DirectoryNode root)
    {
        root.MakeDirectory("links");
        using var links = root.OpenDirectory("links");
        links.MakeSymbolicLink("relative", "../text.txt");
        links.MakeSymbolicLink("absolute", "/etc/passwd");
        links.MakeSymbolicLink("broken", "nowhere/at all");
        links.MakeSymbolicLink("long", string.Concat(Enumerable.Repeat("segment/", 120)));
        links.MakeSymbolicLink("raw", PathText.FromBytes([0x61, 0xFF, 0x62]));
        links.MakeSymbolicLink("folder", "../names");
        foreach (var name in new[] { "relative", "absolute", "broken", "long", "raw", "folder" })
        {
            links.ApplyLinkMetadata(name, new EntryMetadata { Modified = new UnixTime(1_500_000_000, 77), Attributes = [] }, new MetadataLosses());
        }
        links.MakeHardLink("same-link", links, "relative");
        root.MakeHardLink("zz-same-link", links, "absolute");
        MakeFile(links, "first", "shared"u8.ToArray(), 0x1A4, Times[0]);
        links.MakeHardLink("second", links, "first");
        root.MakeHardLink("zz-third", links, "first");
        // The listing meets this name first, so the large file's content stands here.
        MakeFile(root, "big-shared", new byte[2_000_000], 0x1A4, Times[0]);
        links.MakeHardLink("also-big", root, "big-shared");
    }

    private static void MakeFolders(DirectoryNode root, SeededRandom random)
    {
        root.MakeDirectory("folders");
        using var folders = root.OpenDirectory("folders");
        folders.MakeDirectory("empty");
        folders.MakeDirectory("attributes");
        using (var attributed = folders.OpenDirectory("attributes"))
        {
            var binary = new ExtendedAttribute("user.binary", [0, 1, 255, (byte)'\n']);
            MakeFile(attributed, "file", random.Text(10), 0x1A4, Times[0], binary, new ExtendedAttribute("user.a=b%c", [7]), new ExtendedAttribute("user.empty", []));
            attributed.ApplyMetadata(
                new EntryMetadata { Mode = 0x5ED, Modified = Times[0], Attributes = [new ExtendedAttribute("user.folder", random.Bytes(300))] },
                new MetadataLosses());
        }
        var deep = folders.AddReference();
        for (var depth = 0; depth < 12; depth++)
        {
            using var parent = deep;
            parent.MakeDirectory($"level-{depth}-{new string('d', 60)}");
            deep = parent.OpenDirectory($"level-{depth}-{new string('d', 60)}");
        }
        using (deep)
        {
            MakeFile(deep, "bottom", [9], 0x1A4, Times[1]);
        }
    }

    private static void MakeSparse(DirectoryNode root)
    {
        using var file = root.CreateFile("sparse");
        file.Write("start"u8, 0);
        file.Write("middle"u8, 5_000_000);
        file.SetLength(20_000_000);
        file.ApplyMetadata(new EntryMetadata { Mode = 0x1A4, Modified = Times[0], Attributes = [] }, new MetadataLosses());
    }
}
