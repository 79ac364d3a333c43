using CloudBackup.FileTree;
using CloudBackup.Protection;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>A new entry inherits the access control list of the folder around it; a restored one has what its backup has, and nothing else.</summary>
public sealed class InheritedAttributeTests
{
    private const string Access = "system.posix_acl_access";
    private const string Default = "system.posix_acl_default";

    /// <summary>linux/posix_acl_xattr.h: version 2, then tag, rights and id of owner, user 65534, group, mask and others.</summary>
    private static byte[] OpenToUser { get; } = MakeList((1, 7, uint.MaxValue), (2, 7, 65534), (4, 5, uint.MaxValue), (16, 7, uint.MaxValue), (32, 5, uint.MaxValue));

    private static byte[] OwnList { get; } = MakeList((1, 7, uint.MaxValue), (2, 4, 7), (4, 0, uint.MaxValue), (16, 4, uint.MaxValue), (32, 0, uint.MaxValue));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task No_writer_leaves_an_inherited_list_and_each_brings_back_the_backups_own(BackupFormat format)
    {
        using var platform = new TestPlatform();
        var data = platform.Folder.Make("app/v");
        platform.Folder.Write("app/v/sub/secret", "1");
        platform.Folder.Write("app/v/listed/f", "2");
        File.SetUnixFileMode(platform.Folder["app/v/sub/secret"], (UnixFileMode)0x1A0); // 0640
        if (!TrySet(platform.Folder["app/v/listed"], new ExtendedAttribute(Access, OwnList), new ExtendedAttribute(Default, OpenToUser)))
        {
            Assert.Skip("This file system has no access control lists.");
        }
        var before = Describe(data);
        await platform.SetUpAsync(app => app with { DataDirectory = data }, site => site with { Format = format });
        var backup = await platform.BackUpAsync();
        foreach (var folder in (string[])["app", "out", "items", "existing"])
        {
            Assert.True(TrySet(platform.Folder.Make(folder), new ExtendedAttribute(Default, OpenToUser)));
        }
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(before, Describe(data));
        foreach (var place in (string[])["out/new", "existing"])
        {
            await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder[place], platform.Observer, Token);
            Assert.Equal(before, Describe(platform.Folder[place + "/data"]));
        }
        await platform.Engine.AppBackups.RestoreItemsAsync(
            backup.Id, [BackupItemFilter.Named("data")], platform.Folder["items"], false, _ => { }, platform.Observer, Token);
        Assert.Equal(before, Describe(platform.Folder["items/data"]));
        var options = new AppCopyOptions { Location = "clone.example.com", DataDirectory = platform.Folder["app/clone"] };
        await platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token);
        Assert.Equal(before, Describe(platform.Folder["app/clone"]));
        var import = new AppImportOptions { Location = "clone.example.com", Path = platform.Folder["out/new"], SkipSafetyBackup = true };
        await platform.Engine.AppBackups.ImportAsync(import, platform.Observer, Token);
        Assert.Equal(before, Describe(platform.Folder["app/clone"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_encrypted_or_decrypted_inherits_no_list(bool encryptNames)
    {
        using var folder = new TempFolder();
        folder.Write("in/sub/empty/../deep/f", "1");
        folder.Make("in/sub/empty");
        if (!TrySet(folder.Make("open"), new ExtendedAttribute(Default, OpenToUser)))
        {
            Assert.Skip("This file system has no access control lists.");
        }
        using var protection = new FileProtection(Secret.Of("correct horse"), TimeProvider.System);
        await protection.ProtectTreeAsync(folder["in"], folder["open/enc"], encryptNames, false, NullObserver.Instance, _ => { }, Token);
        await protection.UnprotectTreeAsync(folder["open/enc"], folder["open/dec"], false, NullObserver.Instance, _ => { }, Token);
        await protection.ProtectAsync(folder["in/sub/deep/f"], folder["open/f.enc"], false, NullObserver.Instance, Token);
        await protection.UnprotectAsync(folder["open/f.enc"], folder["open/f"], false, NullObserver.Instance, Token);
        Assert.DoesNotContain(Describe(folder["open/enc"]), IsList);
        Assert.DoesNotContain(Describe(folder["open/dec"]), IsList);
        Assert.Equal([". " + Default + " " + Convert.ToHexString(OpenToUser)], Describe(folder["open"]).Where(IsList));

        static bool IsList(string line) => line.Contains(" system.posix_acl_", StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_entry_has_besides_its_metadata_goes_with_applying_it()
    {
        using var folder = new TempFolder();
        var path = folder.Make("d");
        if (!TrySet(path, new ExtendedAttribute(Access, OpenToUser), new ExtendedAttribute(Default, OpenToUser), new ExtendedAttribute("user.note", [1])))
        {
            Assert.Skip("This file system has no access control lists.");
        }
        using var node = LocalFileSystem.Open(path);
        var kept = new ExtendedAttribute("user.kept", [2]);
        node.ApplyMetadata(EntryMetadata.From(node.ReadFacts() with { Mode = 0x1E8 }, [kept]), new MetadataLosses());
        Assert.Equal(["user.kept"], node.ReadAttributes().Select(attribute => attribute.Name));
        Assert.Equal(0x1E8, node.ReadFacts().Mode);
    }

    private static bool TrySet(string path, params ExtendedAttribute[] attributes)
    {
        if (!LocalFileSystem.IsFull)
        {
            return false;
        }
        using var node = LocalFileSystem.Open(path);
        var losses = new MetadataLosses();
        node.ApplyMetadata(EntryMetadata.From(node.ReadFacts(), attributes), losses);
        return !losses.Describe().Any();
    }

    private static List<string> Describe(string root)
    {
        var lines = Owner.Describe(root);
        foreach (var path in Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories).Append(root).Order(StringComparer.Ordinal))
        {
            using var parent = LocalFileSystem.Open(Path.GetDirectoryName(path)!);
            var name = Path.GetFileName(path);
            IReadOnlyList<ExtendedAttribute> attributes;
            if (parent.Stat(name).Kind == EntryKind.Directory)
            {
                using var folder = parent.OpenDirectory(name);
                attributes = folder.ReadAttributes();
            }
            else
            {
                using var file = parent.OpenFile(name);
                attributes = file.ReadAttributes();
            }
            lines.AddRange(attributes.OrderBy(attribute => attribute.Name, StringComparer.Ordinal)
                .Select(attribute => $"{Path.GetRelativePath(root, path)} {attribute.Name} {Convert.ToHexString(attribute.Value)}"));
        }
        return lines;
    }

    private static byte[] MakeList(params (ushort Tag, ushort Rights, uint Id)[] entries) =>
    [
        .. BitConverter.GetBytes(2),
        .. entries.SelectMany(entry => (byte[])[.. BitConverter.GetBytes(entry.Tag), .. BitConverter.GetBytes(entry.Rights), .. BitConverter.GetBytes(entry.Id)]),
    ];
}
