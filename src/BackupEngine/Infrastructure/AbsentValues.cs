using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Makes what was read from JSON keep the promises of its types. The generated readers leave null where a document lacks a list or a text, although
/// the type says that it is never null, and look at no element of a list.
/// </summary>
internal static class AbsentValues
{
    private static readonly ConcurrentDictionary<Type, Member[]> Known = new();

    /// <summary>Puts empty lists and texts where there are none, in the value and in all that it holds.</summary>
    /// <exception cref="JsonException">Something is null that cannot be empty.</exception>
    public static void Fill(object value)
    {
        foreach (var member in Known.GetOrAdd(value.GetType(), Inspect))
        {
            var inner = member.Property.GetValue(value);
            if (inner is null && !member.MayBeNull)
            {
                member.Property.SetValue(value, inner = member.MakeEmpty() ?? throw new JsonException($"'{member.Name}' is missing."));
            }
            FillInner(inner, member.Name);
        }
    }

    private static void FillInner(object? value, string name)
    {
        if (value is IEnumerable and not string)
        {
            foreach (var element in (IEnumerable)value)
            {
                FillInner(element ?? throw new JsonException($"'{name}' has an element that is null."), name);
            }
        }
        else if (value is not null && IsOwn(value.GetType()))
        {
            Fill(value);
        }
    }

    private static Member[] Inspect(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
                .Where(property => !property.PropertyType.IsValueType && property.CanWrite)
                .Select(property => new Member(property, nullability.Create(property).ReadState != NullabilityState.NotNull)),
        ];
    }

    private static bool IsOwn(Type type) => type.Assembly == typeof(AbsentValues).Assembly && !type.IsValueType;

    private sealed record Member(PropertyInfo Property, bool MayBeNull)
    {
        public string Name => JsonNamingPolicy.CamelCase.ConvertName(Property.Name);

        public object? MakeEmpty()
        {
            var type = Property.PropertyType;
            if (type == typeof(string))
            {
                return "";
            }
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            {
                return Array.CreateInstance(type.GenericTypeArguments[0], 0);
            }
            return IsOwn(type) && type.GetConstructor(Type.EmptyTypes) is not null && type.GetProperties().All(property => !IsRequired(property))
                ? Activator.CreateInstance(type)
                : null;
        }

        private static bool IsRequired(PropertyInfo property) =>
            property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute));
    }
}
