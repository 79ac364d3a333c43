using CloudBackup.Formats.Rsync.Run;
using CsCheck;

namespace CloudBackup.Tests.Formats.Rsync.Run;

public sealed class ObjectSetTests
{
    private static readonly Gen<(string Path, long Size)[]> Objects =
        Gen.Select(Gen.String[Gen.Char["aä/\udc80 "], 0, 600], Gen.Long[0, 3]).Array[0, 30];

    [Fact]
    public void The_order_of_the_members_does_not_matter() => Gen.Select(Objects, Gen.Int).Sample((objects, seed) =>
    {
        var shuffled = objects.ToArray();
        new Random(seed).Shuffle(shuffled);

        Assert.True(Of(objects).IsSameAs(Of(shuffled)));
    });

    [Fact]
    public void A_member_more_or_less_or_of_another_length_is_noticed() => Gen.Select(Objects.Where(objects => objects.Length > 0), Gen.UInt).Sample((objects, number) =>
    {
        var which = (int)(number % objects.Length);
        var without = objects.Where((_, i) => i != which).ToArray();
        var other = objects.Select((item, i) => i == which ? (item.Path, item.Size + 1) : item).ToArray();
        var renamed = objects.Select((item, i) => i == which ? (item.Path + "x", item.Size) : item).ToArray();

        Assert.False(Of(objects).IsSameAs(Of(without)));
        Assert.False(Of(objects).IsSameAs(Of(other)));
        Assert.False(Of(objects).IsSameAs(Of(renamed)));
    });

    private static ObjectSet Of((string Path, long Size)[] objects)
    {
        var set = new ObjectSet();
        foreach (var (path, size) in objects)
        {
            set.Add(path, size);
        }
        return set;
    }
}
