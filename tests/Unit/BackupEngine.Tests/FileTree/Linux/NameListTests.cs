using CloudBackup.FileTree.Linux;

namespace CloudBackup.Tests.FileTree.Linux;

public sealed class NameListTests
{
    [Fact]
    public void A_name_that_a_folder_tells_twice_is_there_once()
    {
        var names = new NameList();
        foreach (var name in new[] { "b", "a", "b", "", "ab", "a", "a", "B" })
        {
            names.Add(System.Text.Encoding.UTF8.GetBytes(name));
        }
        names.Sort();
        Assert.Equal("/B/a/ab/b", string.Join("/", names));
        Assert.Equal(5, names.Count);
    }

    [Fact]
    public void No_names_are_in_order_too()
    {
        var names = new NameList();
        names.Sort();
        Assert.Empty(names);
    }
}
