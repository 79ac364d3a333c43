using System.Globalization;
using System.Runtime.CompilerServices;
using CloudBackup.Storage.Remote;
using CsCheck;

namespace CloudBackup.Tests.Storage.Remote;

/// <summary>A list of any length is watched with little memory, and one in a circle ends.</summary>
public sealed class ListProgressTests
{
    [Fact]
    public void Pages_that_were_passed_are_not_kept()
    {
        var progress = new ListProgress();
        var tokens = AddPages(progress, 20_000);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(tokens.Count(token => token.IsAlive), 0, 10);
        Assert.Null(progress.Add(["z"], null, isLast: true));
    }

    [Fact]
    public void A_circle_of_any_length_ends_soon_whether_its_tokens_or_its_pages_repeat() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 300], Gen.Bool).Sample((lead, circle, isTokens) =>
        {
            var progress = new ListProgress();
            var most = 64 + (4 * (lead + circle));
            Assert.Contains(Enumerable.Range(0, most), number =>
            {
                var repeated = number < lead ? number : lead + ((number - lead) % circle);
                return progress.Add([$"k{(isTokens ? number : repeated)}"], $"t{(isTokens ? repeated : number)}", isLast: false) is not null;
            });
        });

    [Fact]
    public void A_list_that_gets_on_is_never_stopped() => Gen.Int[1, 3].List[0, 500].Sample(pages =>
    {
        var progress = new ListProgress();
        var number = 0;
        foreach (var length in pages)
        {
            var names = Enumerable.Range(0, length).Select(_ => $"k{number++:D6}").ToList();
            Assert.Null(progress.Add(names, names[^1], isLast: false));
        }
    });

    [Fact]
    public void Ever_new_names_end_at_the_most_pages_and_not_before()
    {
        var progress = new ListProgress(10);
        Assert.All(Enumerable.Range(0, 9), number => Assert.Null(progress.Add([$"k{number}"], $"t{number}", isLast: false)));
        Assert.Contains("10 pages", progress.Add(["k9"], "t9", isLast: false), StringComparison.Ordinal);
        Assert.Null(new ListProgress(1).Add(["k"], null, isLast: true));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> AddPages(ListProgress progress, int count)
    {
        var tokens = new List<WeakReference>();
        for (var page = 0; page < count; page++)
        {
            var token = page.ToString("D9", CultureInfo.InvariantCulture);
            tokens.Add(new WeakReference(token));
            Assert.Null(progress.Add([$"a{page:D9}", $"b{page:D9}"], token, isLast: false));
        }
        return tokens;
    }
}
