using System.Text;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;
using CsCheck;

namespace CloudBackup.IntegrationTests.Import;

/// <summary>One item of a random tree. What a number means, the tree's lists say.</summary>
internal sealed record RandomItem(int[] Path, int Kind, int Size, int Facts);

/// <summary>A random tree with what archives have to carry, and with what they cannot carry in every format.</summary>
internal sealed record RandomTree(RandomItem[] Items, int TimeCount)
{
    private const int SymbolicLink = 4;
    private const int HardLink = 6;
    private const int Folder = 7;
    private const int Sparse = 8;

    /// <summary>Names that every format takes come first.</summary>
    private static readonly string[] Names =
    [
        "a", "b", "c", "d", "e", "f", " lead", "-dash", "üñ", "日本", "😀", "%41", "a=b", "*?[", "quote'\"`$", "éé", "d.tar",
        new('x', 100), new('y', 99), new('p', 155), new('z', 255), new('é', 127), "back\\slash", "new\nline", "tab\there", "\u0001\u007f",
        PathText.FromBytes([0xC3]), PathText.FromBytes([0xFF, 0x41]), PathText.FromBytes([.. Encoding.UTF8.GetBytes(new string('w', 120)), 0x80]),
    ];

    private const int NamesOfZips = 22;
    private const int TimesOfZips = 3;

    private static readonly int[] Sizes = [0, 0, 1, 5, 511, 512, 513, 4096, 10_240, 100_000];

    private static readonly string[] Targets = ["a", "../b", "/etc/passwd", "nowhere/at all", "data/a", new('t', 99), new('t', 100), new('t', 101), new('t', 300), "ü", PathText.FromBytes([0x61, 0xFF])];

    private static readonly int[] FileModes = [0x1A4, 0x180, 0x1ED, 0, 0x1FF, 0x124];

    /// <summary>Without set-group-id, which GNU tar lets folders inherit.</summary>
    private static readonly int[] FolderModes = [0x1ED, 0x1C0, 0x3FF, 0x1FD, 0, 0x16D];

    private static readonly UnixTime[] Times =
        [new(1_700_000_000, 123_456_789), new(1_500_000_001, 0), new(1_000_000_000, 100), new(0, 0), new(8_589_934_599, 1), new(1, 999_999_999), new(-5, 0)];

    private static readonly uint[] Owners = [0, 0, 0, 12_345, 2_097_151, 2_097_152, 3_000_000_000];

    private static readonly string[] AccessLists = ["user::rw-,user:1234:rwx,group::r--,mask::rwx,other::r--", "user::rwx,group::---,group:4321:r--,mask::r--,other::---"];

    /// <summary>Trees of any names and kinds.</summary>
    public static Gen<RandomTree> Any { get; } = Of(Names.Length, Times.Length);

    /// <summary>Trees whose names and times all zip programs write alike.</summary>
    public static Gen<RandomTree> ForZip { get; } = Of(NamesOfZips, TimesOfZips);

    /// <summary>Makes the tree.</summary>
    public void Make(string root)
    {
        using var folder = LocalFileSystem.Open(root);
        var random = new SeededRandom(Items.Length);
        foreach (var item in Items)
        {
            Make(folder, item.Path, item, random);
        }
        Finish(folder, new SeededRandom(Items.Sum(item => item.Facts)));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        "; ", Items.Select(item => $"{PathText.ForDisplay(string.Join('/', item.Path.Select(part => Names[part])))} kind {item.Kind} size {item.Size} facts {item.Facts}"));

    private static Gen<RandomTree> Of(int names, int times) =>
        Gen.Select(Gen.Int[0, names - 1].Array[1, 5], Gen.Int[0, Sparse], Gen.Int[0, 1000], Gen.Int[0, 100_000])
            .Select((path, kind, size, facts) => new RandomItem(path, kind, size, facts)).Array[0, 12].Select(items => new RandomTree(items, times));

    private void Make(DirectoryNode folder, ReadOnlySpan<int> path, RandomItem item, SeededRandom random)
    {
        var name = Names[path[0]];
        if (path.Length == 1)
        {
            MakeItem(folder, name, item, random);
            return;
        }
        if (folder.Exists(name) && folder.Stat(name).Kind != EntryKind.Directory)
        {
            folder.RemoveFile(name);
        }
        if (!folder.Exists(name))
        {
            folder.MakeDirectory(name);
        }
        using var inside = folder.OpenDirectory(name);
        Make(inside, path[1..], item, random);
    }

    private void MakeItem(DirectoryNode folder, string name, RandomItem item, SeededRandom random)
    {
        TreeRemoval.Remove(folder, name);
        var first = folder.ReadNames(CancellationToken.None).LastOrDefault(other => folder.Stat(other).Kind == EntryKind.File);
        switch (item.Kind)
        {
            case Folder:
                folder.MakeDirectory(name);
                break;
            case SymbolicLink:
                folder.MakeSymbolicLink(name, Targets[item.Size % Targets.Length]);
                folder.ApplyLinkMetadata(name, FactsOf(item.Facts, FileModes, isLink: true), new MetadataLosses());
                break;
            case >= SymbolicLink and <= HardLink when first is not null:
                folder.MakeHardLink(name, folder, first);
                break;
            default:
                MakeFile(folder, name, item, random);
                break;
        }
    }

    private void MakeFile(DirectoryNode folder, string name, RandomItem item, SeededRandom random)
    {
        using var file = folder.CreateFile(name);
        if (item.Kind == Sparse)
        {
            // More stretches than a header of GNU's old form holds.
            for (var stretch = item.Size % 30; stretch > 0; stretch--)
            {
                file.Write(random.Bytes(1 + (item.Size % 5000)), stretch * 70_000L);
            }
            file.SetLength((item.Size % 3 * 4096) + 2_100_000);
        }
        else
        {
            file.Write(random.Text(Sizes[item.Size % Sizes.Length]), 0);
        }
        file.ApplyMetadata(FactsOf(item.Facts, FileModes), new MetadataLosses());
    }

    /// <summary>Gives folders their facts, those in others first.</summary>
    private void Finish(DirectoryNode folder, SeededRandom random)
    {
        foreach (var name in folder.ReadNames(CancellationToken.None).Where(name => folder.Stat(name).Kind == EntryKind.Directory))
        {
            using var inside = folder.OpenDirectory(name);
            Finish(inside, random);
        }
        folder.ApplyMetadata(FactsOf(random.Next(100_000), FolderModes), new MetadataLosses());
    }

    private EntryMetadata FactsOf(int facts, int[] modes, bool isLink = false)
    {
        var attributes = new List<ExtendedAttribute>();
        if (facts % 5 == 0 && !isLink)
        {
            attributes.Add(new ExtendedAttribute("user.some", [0, 1, 255, (byte)'\n', (byte)'=']));
            attributes.Add(new ExtendedAttribute("user.none", []));
        }
        if (facts % 7 == 0 && !isLink)
        {
            attributes.Add(new ExtendedAttribute("system.posix_acl_access", PosixAcl.TryParse(AccessLists[facts % AccessLists.Length], out _)!.ToBytes()));
        }
        return new EntryMetadata
        {
            Mode = modes[facts % modes.Length],
            Modified = Times[facts / 7 % TimeCount],
            UserId = Owners[facts / 49 % Owners.Length],
            GroupId = Owners[facts / 343 % Owners.Length],
            Attributes = attributes,
        };
    }
}
