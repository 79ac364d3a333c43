using CloudBackup.FileTree;
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

    private static int OfBytes(string x, string y)
    {
        var (a, b) = (Rank(x), Rank(y));
        return a.AsSpan().SequenceCompareTo(b);
    }

    private static byte[] Rank(string path) => [.. PathText.ToBytes(path).Select(value => value == '/' ? (byte)0 : value)];
}
