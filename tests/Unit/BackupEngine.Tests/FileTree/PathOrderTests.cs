using CloudBackup.FileTree;
using CloudBackup.Formats.Records;
using CloudBackup.Tests.Support;
using CsCheck;

namespace CloudBackup.Tests.FileTree;

public sealed class PathOrderTests
{
    private static readonly string[] Odd = ["a", "/", "é", "è", "日", "😀", "😁", PathText.FromBytes([0xC3]), PathText.FromBytes([0xF0, 0x9F])];

    private static readonly Gen<string> Paths = Gen.OneOf(
        Gen.Byte[1, 255].Array[0, 40].Select(bytes => PathText.FromBytes(bytes)),
        Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]).Array[0, 40].Select(string.Concat));

    [Fact]
    public void The_order_is_that_of_the_bytes_with_the_slash_first() => Gen.Select(Paths, Paths, Paths).Sample(
        (start, x, y) => Assert.Equal(Math.Sign(OfBytes(start + x, start + y)), Math.Sign(PathOrder.Compare(start + x, start + y))), iter: 20_000);

    [Fact]
    public void Long_paths_are_not_encoded_to_their_ends()
    {
        var (x, y) = ("é" + new string('é', 60_000), "è" + new string('é', 60_000));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(PathOrder.Compare(x, y) > 0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    [Fact]
    public void Records_of_long_paths_are_sorted_in_parts()
    {
        using var folder = new TempFolder();
        using var sorter = new SyncSorter(folder.Path, "long");
        var paths = Enumerable.Range(0, 400).Select(i => $"{i * 7919 % 400:D3}{new string('x', 60_000)}").ToList();
        paths.ForEach(path => sorter.Add(new SyncRecord { Path = path }));
        Assert.InRange(Directory.GetFiles(folder.Path).Length, 2, 4);
        Assert.Equal(paths.Order(StringComparer.Ordinal), sorter.ReadSorted().Select(record => record.Path));
    }

    private static int OfBytes(string x, string y)
    {
        var (a, b) = (Rank(x), Rank(y));
        return a.AsSpan().SequenceCompareTo(b);
    }

    private static byte[] Rank(string path) => [.. PathText.ToBytes(path).Select(value => value == '/' ? (byte)0 : value)];
}
