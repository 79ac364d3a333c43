using System.Reflection;
using System.Runtime.CompilerServices;

namespace CloudBackup.Tests.Architecture;

/// <summary>The public types and members of an assembly, one a line.</summary>
internal static class SurfaceText
{
    // What the compiler adds to every record says nothing.
    private static readonly string[] RecordMembers = ["<Clone>$", "Equals", "GetHashCode", "ToString", "Deconstruct", "op_Equality", "op_Inequality", "PrintMembers"];

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Of);

    private static IEnumerable<string> Of(Type type)
    {
        var name = type.FullName!;
        yield return $"{name} ({Kind(type)})";
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetNames(type))
            {
                yield return $"{name}.{value} = {Convert.ToInt64(Enum.Parse(type, value), System.Globalization.CultureInfo.InvariantCulture)}";
            }
            yield break;
        }
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(Own).Where(member => member is not Type && !RecordMembers.Contains(member.Name)))
        {
            if (Of(member) is { } text)
            {
                yield return $"{name}.{text}";
            }
        }
    }

    private static string Kind(Type type) =>
        type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (type.GetMethod("<Clone>$") is null ? "class" : "record"),
        };

    private static string? Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } => null,
        MethodInfo method => $"{method.Name}({Parameters(method)}) : {Name(method.ReturnType)}",
        PropertyInfo property => $"{property.Name} : {Name(property.PropertyType)}{Accessors(property)}",
        FieldInfo field => $"{field.Name} : {Name(field.FieldType)}",
        EventInfo raised => $"{raised.Name} : event {Name(raised.EventHandlerType!)}",
        _ => member.Name,
    };

    private static string Accessors(PropertyInfo property)
    {
        var isRequired = property.IsDefined(typeof(RequiredMemberAttribute)) ? " required" : "";
        return property.SetMethod switch
        {
            { IsPublic: true } set when set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) => $"{isRequired} init",
            { IsPublic: true } => $"{isRequired} set",
            _ => "",
        };
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}"));

    private static string Name(Type type)
    {
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
