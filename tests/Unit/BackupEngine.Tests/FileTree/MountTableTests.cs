using CloudBackup.FileTree;

namespace CloudBackup.Tests.FileTree;

public sealed class MountTableTests
{
    private static readonly MountTable Table = MountTable.Parse(
    [
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
        "90 22 0:51 / /mnt/back\\040ups rw,relatime shared:30 master:2 - cifs //server/all\\040files rw,vers=3.1.1",
        "91 22 0:52 / /mnt/nfs rw - nfs4 server:/export rw",
        "92 22 0:53 / /mnt/ssh rw - fuse.sshfs user@server:/x rw",
        "93 92 0:54 / /mnt/ssh ro - tmpfs none ro",
    ]);

    [Fact]
    public void A_mount_has_its_type_and_its_source_whatever_fields_come_before_them()
    {
        Assert.Equal(new MountEntry("/mnt/back ups", "cifs", "//server/all files"), Table.Find("/mnt/back ups"));
        Assert.Equal(new MountEntry("/mnt/nfs", "nfs4", "server:/export"), Table.Find("/mnt/nfs"));
        Assert.Null(Table.Find("/mnt"));
    }

    [Fact]
    public void Of_two_mounts_at_a_path_the_last_one_counts()
    {
        Assert.Equal("tmpfs", Table.Find("/mnt/ssh")?.Type);
        Assert.Equal(["/mnt/back ups", "/mnt/nfs", "/mnt/ssh"], Table.ListBelow("/mnt"));
        Assert.True(Table.IsMountPoint("/mnt/ssh"));
    }

    [Fact]
    public void The_table_of_this_machine_is_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has such a table.");
        Assert.NotEmpty(MountTable.Read().Find("/")!.Type);
    }
}
