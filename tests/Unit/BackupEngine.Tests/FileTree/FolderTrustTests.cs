using System.Diagnostics;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.FileTree;

/// <summary>Who may write to a folder.</summary>
public sealed class FolderTrustTests
{
    private const int Group = 0x10;
    private const int Others = 0x02;

    [Theory]
    [InlineData(null, false, true, Others)]
    [InlineData("u:4321:rwx", false, true, Others | Group)]
    [InlineData("g:4321:rwx", false, true, Others | Group)]
    [InlineData(null, false, false, Others | Group)]
    [InlineData(null, true, true, Others | Group)]
    public void The_group_of_a_users_own_number_has_no_other_member_unless_a_list_names_more(string? list, bool isPrivileged, bool isOwnGroup, int expected)
    {
        using var folder = new TempFolder();
        if (list is not null)
        {
            using var setfacl = Process.Start("setfacl", ["-m", list, folder.Path]);
            setfacl.WaitForExit();
            Assert.Equal(0, setfacl.ExitCode);
        }
        using var node = LocalFileSystem.Open(folder.Path);
        var facts = node.ReadFacts() with { UserId = 1000, GroupId = isOwnGroup ? 1000u : 100u };
        Assert.Equal(expected, FolderTrust.WritersOf(node, facts, isPrivileged));
    }
}
